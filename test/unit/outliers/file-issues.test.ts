/** @file Issues of files, each on a file that has it: read as indexing reads, judged among ordinary ones, and told with its value. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { ingestFile } from "#engine/ingest/decode/ingest.ts";
import { describeIssue } from "#engine/outliers/describe-issue.ts";
import { findIssues, type FoundIssue } from "#engine/outliers/issues.ts";
import type { ContentMetrics } from "#engine/outliers/metrics.ts";
import { contentMetrics } from "#engine/stages/content-metrics.ts";
import { decodedColumns } from "#engine/stages/decoded-columns.ts";
import type { ContentRow } from "#engine/store/queries/contents.ts";

import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const folder = temporaryFolderFor(beforeAll, "file-issues");
let ordinary: ContentMetrics[] = [];

beforeAll(async () => {
  ordinary = await Promise.all(
    Array.from({ length: 24 }, async (_, seed) => read(`ordinary-${seed}.jpg`, await drawn(seed).jpeg().toBuffer())),
  );
});

/** Soft blobs and grain, in colour. */
function drawn(seed: number, width = 480, height = 360): Sharp {
  const random = createRandom(seed);
  const blobs = Array.from({ length: 14 }, () => `<ellipse cx="${random.below(width)}" cy="${random.below(height)}" rx="${8 + random.below(90)}" ry="${8 + random.below(90)}" fill="hsl(${random.below(360)} 60% ${20 + random.below(55)}%)"/>`); // prettier-ignore
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#7a5"/>${blobs.join("")}</svg>`)).removeAlpha(); // prettier-ignore
}

/** A grey body on black, as scanners make them. */
async function scan(seed: number, text: readonly string[] = [], size = 15): Promise<Buffer> {
  const random = createRandom(seed);
  const organs = Array.from({ length: 6 }, () => `<ellipse cx="${160 + random.below(190)}" cy="${160 + random.below(190)}" rx="${20 + random.below(40)}" ry="${20 + random.below(40)}" fill="hsl(0 0% ${25 + random.below(45)}%)"/>`); // prettier-ignore
  const lines = text.map((each, at) => `<text x="10" y="${(at + 1) * (size + 8)}" font-family="sans-serif" font-size="${size}" fill="#fff">${each}</text>`); // prettier-ignore
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><rect width="512" height="512"/><ellipse cx="256" cy="270" rx="180" ry="200" fill="#555"/>${organs.join("")}${lines.join("")}</svg>`;
  const { data } = await sharp(Buffer.from(svg)).greyscale().raw().toBuffer({ resolveWithObject: true });
  const grainy = data.map((value) => Math.max(0, Math.min(255, value + 4 * random.normal())));
  return sharp(grainy, { raw: { width: 512, height: 512, channels: 1 } })
    .png()
    .toBuffer();
}

async function read(name: string, bytes: Buffer): Promise<ContentMetrics> {
  const path = Buffer.from(join(folder(), name));
  writeFileSync(path, bytes);
  const result = await ingestFile({ path, input: { size: 160 }, thumbnail: null });
  return contentMetrics(decodedColumns(result) as ContentRow, [path]);
}

async function issuesOf(name: string, bytes: Buffer, others: readonly ContentMetrics[] = ordinary): Promise<FoundIssue[]> {
  return findIssues([...others, await read(name, bytes)]).filter(({ index }) => index === others.length);
}

/** The bytes of a JPEG with another profile in place of its own. */
function withProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const segment = Buffer.concat([Buffer.from("ICC_PROFILE\0\x01\x01", "latin1"), profile]);
  const head = Buffer.from([0xff, 0xe2, (segment.length + 2) >> 8, (segment.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, segment, jpeg.subarray(2)]);
}

describe("issues of files", () => {
  test("none among ordinary ones", () => {
    expect(findIssues(ordinary)).toEqual([]);
  });

  test.each([1, 3, 6, 8])("a JPEG that lost its last 40 % and was closed again, EXIF orientation %d", async (orientation) => {
    const whole = await drawn(50).withMetadata({ orientation }).jpeg({ quality: 90 }).toBuffer();
    const cut = Buffer.concat([whole.subarray(0, Math.floor(0.6 * whole.length)), Buffer.from([0xff, 0xd9])]);
    const issues = await issuesOf(`cut-${orientation}.jpg`, cut);
    expect(issues.map(({ kind }) => kind)).toContain("truncated");
    const { value, threshold } = issues.find(({ kind }) => kind === "truncated") as FoundIssue;
    expect(value).toBeGreaterThan(0.2);
    expect(value).toBeLessThan(0.7);
    expect(threshold).toBe(0.05);
  });

  test("the grey of lost rows is still found when it was saved anew as something else", async () => {
    const whole = await drawn(50).jpeg({ quality: 90 }).toBuffer();
    const cut = Buffer.concat([whole.subarray(0, Math.floor(0.6 * whole.length)), Buffer.from([0xff, 0xd9])]);
    const again = sharp(cut, { failOn: "none" });
    for (const [name, bytes] of [
      ["again.png", await again.png().toBuffer()],
      ["again.jpg", await again.jpeg({ quality: 70 }).toBuffer()],
    ] as const)
      // prettier-ignore
      expect((await issuesOf(name, bytes)).map(({ kind }) => kind)).toContain("truncated");
  });

  test("a whole picture of that grey is blank, not cut off", async () => {
    const grey = await sharp({ create: { width: 400, height: 300, channels: 3, background: "#808080" } }).png().toBuffer(); // prettier-ignore
    expect((await issuesOf("grey.png", grey)).map(({ kind }) => kind)).not.toContain("truncated");
  });

  test("a name of another format, and only then", async () => {
    const jpeg = await drawn(51).jpeg().toBuffer();
    const issues = await issuesOf("said.png", jpeg);
    expect(issues).toEqual([{ index: 24, kind: "wrong-extension", value: 1, threshold: 0 }]);
    const about = { named: "PNG", format: "JPEG", file: { profile: null, channels: 3, inks: false, burnedInAnnotation: false } };
    expect(describeIssue({ ...(issues[0] as FoundIssue), about })).toBe("the name says PNG, the bytes are JPEG");
    expect(await issuesOf("upper.JPG", jpeg)).toEqual([]);
    expect(await issuesOf("no-extension", jpeg)).toEqual([]);
  });

  test("a profile that is rare here, in every container; where half have it, it is the custom", async () => {
    const rare = async (name: string, picture: Sharp): Promise<void> => {
      const issues = await issuesOf(name, await picture.withIccProfile("p3").toBuffer());
      expect(issues).toEqual([{ index: 24, kind: "colour-profile", value: 1 / 25, threshold: 0.1 }]);
    };
    await rare("p3.jpg", drawn(52).jpeg());
    await rare("p3.png", drawn(53).png());
    await rare("p3.webp", drawn(54).webp());
    await rare("p3.tif", drawn(55).tiff());
    expect(await issuesOf("srgb.jpg", await drawn(56).withIccProfile("srgb").jpeg().toBuffer())).toEqual([]);
    const wide = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => read(`wide-${at}.jpg`, await drawn(60 + at).withIccProfile("p3").jpeg().toBuffer())), // prettier-ignore
    );
    expect(findIssues([...ordinary, ...wide])).toEqual([]);
  });

  test("a damaged profile, one for other colours, four inks without one", async () => {
    const jpeg = await drawn(57).jpeg().toBuffer();
    const damaged = await read("damaged.jpg", withProfile(jpeg, Buffer.from("this is no profile")));
    const inks = await sharp(jpeg).toColourspace("cmyk").withIccProfile("cmyk").jpeg().toBuffer();
    const profile = (await sharp(inks).metadata()).icc as Buffer;
    const bare = await sharp(jpeg).pipelineColourspace("cmyk").toColourspace("cmyk").jpeg().toBuffer();
    // A grey profile where the pixels are coloured: its first 128 bytes say which it is.
    const grey = Buffer.from(profile.subarray(0, 4096));
    grey.writeUInt32BE(grey.length, 0);
    grey.write("GRAY", 16, "latin1");
    const other = await read("grey-profile.jpg", withProfile(jpeg, grey));
    const kinds = findIssues([...ordinary, damaged, other]).map(({ index, kind, value }) => ({ index, kind, value }));
    expect(kinds).toEqual([
      { index: 24, kind: "colour-profile", value: 0 },
      { index: 25, kind: "colour-profile", value: 0 },
    ]);
    const tell = (content: ContentMetrics): string =>
      describeIssue({ kind: "colour-profile", value: 0, threshold: 0, about: { named: null, format: "JPEG", file: content.file as NonNullable<ContentMetrics["file"]> } }); // prettier-ignore
    expect(tell(damaged)).toBe("the colour profile is damaged: colours are taken for sRGB");
    expect(tell(other)).toMatch(/^the colour profile \(.+\) is for grey, the pixels are not$/);
    const cmyk = await read("bare.jpg", bare);
    if (cmyk.file?.profile === null) expect(tell(cmyk)).toMatch(/^four inks, for printing, without/);
    expect(cmyk.file?.inks).toBe(true);
  });

  test.each([
    ["two lines", ["DOE^JANE 1961-04-12", "ID 0034-221 F 62Y"], 15],
    ["small", ["Mercy Hospital", "12 Mar 2021 09:14"], 11],
    ["large", ["PATIENT A-117"], 26],
  ] as const)("text burned into a scan: %s", async (_, text, size) => {
    const scans = await Promise.all(Array.from({ length: 12 }, async (_each, at) => read(`scan-${at}.png`, await scan(at))));
    expect(findIssues(scans).filter(({ kind }) => kind === "burned-in-text")).toEqual([]);
    const issues = await issuesOf("named.png", await scan(40, text, size), scans);
    const found = issues.find(({ kind }) => kind === "burned-in-text") as FoundIssue;
    expect(found.threshold).toBe(8);
    const letters = text.join("").replaceAll(" ", "").length;
    expect(found.value).toBeGreaterThan(0.5 * letters);
    expect(found.value).toBeLessThan(1.3 * letters);
    // A warning holds however many have it.
    const all = await Promise.all(Array.from({ length: 8 }, async (_each, at) => read(`all-${at}.png`, await scan(at, text, size))));
    expect(findIssues(all).filter(({ kind }) => kind === "burned-in-text")).toHaveLength(8);
  });

  test("a file that says of itself that text is burned in is believed", () => {
    const [first] = ordinary as [ContentMetrics];
    const said = { ...first, file: { ...(first.file as NonNullable<ContentMetrics["file"]>), isDicom: true, burnedInAnnotation: true } };
    const [issue] = findIssues([...ordinary, said]);
    expect(issue).toMatchObject({ index: 24, kind: "burned-in-text", value: 0 });
    const about = { named: null, format: "DICOM", file: said.file };
    expect(describeIssue({ ...(issue as FoundIssue), about })).toBe(
      "the file says that text is burned into its pixels: it may name a patient",
    );
  });
});
