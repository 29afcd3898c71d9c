import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { measureLightAndColour } from "#engine/ingest/decode/quality.ts";
import { measureSharpnessOf } from "#engine/ingest/decode/sharpness.ts";
import { limits } from "#engine/outliers/issue-rules.ts";
import { describeIssue } from "#engine/outliers/describe-issue.ts";
import { findIssues } from "#engine/outliers/issues.ts";
import type { ContentMetrics } from "#engine/outliers/metrics.ts";
import { issueKinds, type IssueKind } from "#protocol/model.ts";

interface Change {
  readonly width?: number;
  readonly height?: number;
  /** Done to the drawn picture. */
  readonly edit?: (picture: Sharp) => Sharp;
}

/** A drawn photo: sky and ground, a dozen coloured shapes, fine grain. Measured the way decoding does. */
async function picture(seed: number, { width = 320, height = 240, edit = (same) => same }: Change = {}): Promise<ContentMetrics> {
  const random = createRandom(seed);
  const colour = (): string => `hsl(${random.below(360)} ${40 + random.below(50)}% ${25 + random.below(50)}%)`;
  const shapes = Array.from(
    { length: 12 },
    () =>
      `<ellipse cx="${random.below(width)}" cy="${random.below(height)}" rx="${5 + random.below(width / 5)}" ry="${5 + random.below(height / 5)}" fill="${colour()}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="60%" fill="${colour()}"/><rect y="60%" width="100%" height="40%" fill="${colour()}"/>${shapes.join("")}</svg>`;
  const drawn = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
  const grainy = drawn.map((value) => Math.max(0, Math.min(255, value + 6 * random.normal())));
  const raw = { width, height, channels: 3 } as const;
  const png = await edit(sharp(grainy, { raw })).png().toBuffer();
  const { data, info } = await sharp(png).toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const measured = { width: info.width, height: info.height, data: new Uint8Array(data) };
  return { width: info.width, height: info.height, quality: { ...measureLightAndColour(measured), ...measureSharpnessOf(measured) } };
}

const ordinary = await Promise.all(Array.from({ length: 40 }, (_, seed) => picture(seed)));

const odd: readonly { readonly name: string; readonly kinds: readonly IssueKind[]; readonly change: Change }[] = [
  { name: "blurred by sigma 3", kinds: ["blur"], change: { edit: (same) => same.blur(3) } },
  { name: "at a tenth of the light", kinds: ["dark"], change: { edit: (same) => same.linear(0.1, 0) } },
  { name: "washed out", kinds: ["bright"], change: { edit: (same) => same.linear(0.14, 220) } },
  { name: "one grey with noise", kinds: ["low-information"], change: { edit: (same) => same.linear(0.01, 127) } },
  { name: "quite black", kinds: ["dark", "low-information"], change: { edit: (same) => same.linear(0, 0) } },
  { name: "quite white", kinds: ["bright", "low-information"], change: { edit: (same) => same.linear(0, 255) } },
  { name: "a thumbnail", kinds: ["odd-size"], change: { width: 64, height: 48 } },
  { name: "a giant", kinds: ["odd-size"], change: { width: 1440, height: 1080 } },
  { name: "a strip", kinds: ["odd-aspect"], change: { width: 600, height: 150 } },
  { name: "an upright strip", kinds: ["odd-aspect"], change: { width: 150, height: 600 } },
  { name: "grey", kinds: ["greyscale"], change: { edit: (same) => same.greyscale() } },
];

describe("findIssues", () => {
  test("finds nothing among ordinary pictures", () => {
    expect(findIssues(ordinary)).toEqual([]);
  });

  test.each(odd)("$name: $kinds, and no other picture", async ({ kinds, change }) => {
    const issues = findIssues([...ordinary, await picture(77, change)]);
    expect(issues.map(({ index, kind }) => ({ index, kind }))).toEqual(kinds.map((kind) => ({ index: 40, kind })));
  });

  test("the fixtures above cover every kind but those of file-issues.test.ts", () => {
    const ofFiles = new Set<IssueKind>(["truncated", "wrong-extension", "colour-profile", "burned-in-text"]);
    expect(new Set(odd.flatMap(({ kinds }) => kinds))).toEqual(new Set(issueKinds.filter((kind) => !ofFiles.has(kind))));
  });

  test("an upright picture among lying ones, and half or twice the size, are ordinary", async () => {
    const upright = await picture(50, { width: 240, height: 320 });
    const half = await picture(51, { width: 160, height: 120 });
    const twice = await picture(52, { width: 640, height: 480 });
    expect(findIssues([...ordinary, upright, half, twice])).toEqual([]);
  });

  test("what a whole collection is like is no issue: all dark, all soft, all grey, all strips", async () => {
    const edits: Change[] = [
      { edit: (same) => same.linear(0.18, 0) },
      { edit: (same) => same.blur(2) },
      { edit: (same) => same.greyscale() },
      { width: 600, height: 150 },
    ];
    for (const change of edits)
      expect(findIssues(await Promise.all(Array.from({ length: 20 }, (_, seed) => picture(seed + 100, change))))).toEqual([]);
  });

  test("where a third is grey, grey is no issue", async () => {
    const grey = await Promise.all(Array.from({ length: 20 }, (_, seed) => picture(seed + 200, { edit: (same) => same.greyscale() })));
    expect(findIssues([...ordinary, ...grey])).toEqual([]);
  });

  test("in a handful of pictures only what is so in itself counts", async () => {
    const few = ordinary.slice(0, 3);
    const strip = await picture(60, { width: 600, height: 150 });
    const black = await picture(61, { edit: (same) => same.linear(0, 0) });
    expect(findIssues([...few, strip])).toEqual([]);
    expect(findIssues([...few, black]).map(({ kind }) => kind)).toEqual(["dark", "low-information"]);
    expect(findIssues([])).toEqual([]);
  });

  test("sharpness that was not measured is no blur", () => {
    const unmeasured = ordinary.map((content) => ({ ...content, quality: { ...content.quality, sharpness: null, blurEffect: null } }));
    expect(findIssues(unmeasured)).toEqual([]);
  });

  test("value and threshold tell the same story", async () => {
    const [dark, bright, thumbnail] = await Promise.all([odd[1]!, odd[2]!, odd[6]!].map(({ change }) => picture(77, change)));
    const issues = findIssues([...ordinary, dark!, bright!, thumbnail!]);
    expect(issues.map(({ kind }) => kind)).toEqual(["dark", "bright", "odd-size"]);
    expect(issues[0]!.value).toBeLessThan(issues[0]!.threshold);
    expect(issues[0]!.threshold).toBeLessThanOrEqual(limits.dark.highest);
    expect(issues[1]!.value).toBeGreaterThan(issues[1]!.threshold);
    // 320 x 240 has a side of 277, a quarter of which is 69; 64 x 48 has 55.
    expect(issues[2]).toMatchObject({ value: Math.sqrt(64 * 48), threshold: expect.closeTo(Math.sqrt(320 * 240) / 4, 6) as number });
  });

  test("stops when asked and reports", () => {
    expect(() => findIssues(ordinary, { signal: AbortSignal.abort() })).toThrow(CancellationError);
    const seen: [number, number][] = [];
    findIssues(ordinary, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [0, 40],
      [40, 40],
    ]);
  });
});

describe("describeIssue", () => {
  test.each([
    ["blur", 13.6, 46.2, "blurred: sharpness 14 at full size; sharp images here have more than 46"],
    ["dark", 20, 50, "very dark: 95 % of the pixels are at 20 or below, of 255"],
    ["bright", 219, 215, "very bright: 95 % of the pixels are at 219 or above, of 255"],
    ["low-information", 1.234, 4, "nearly blank: brightness varies by only 1.2 of 255"],
    ["odd-size", 55.4, 69.3, "much smaller than the others: about 55 pixels a side; below 69 is unusual here"],
    ["odd-size", 2000, 1109, "much larger than the others: about 2000 pixels a side; above 1109 is unusual here"],
    ["odd-aspect", 4, 2.5, "unusually long: the long side is 4 times the short one; more than 2.5 is unusual here"],
    ["truncated", 0.254, 0.03, "lost its end: the last 25 % are one flat grey, as where data are missing (more than 3 %)"],
    ["wrong-extension", 1, 0, "the name says another format than the bytes"],
    ["burned-in-text", 22, 8, "about 22 letters are part of the pixels: they may name a person"],
    ["greyscale", 0, 0.04, "grey among coloured images: colour saturation 0 % (grey: under 4 %)"],
  ] as const)("%s %d", (kind, value, threshold, text) => {
    expect(describeIssue({ kind, value, threshold })).toBe(text);
  });
});
