/** @file Copies that were cropped, framed, turned or made grey, through the command line: found, and told what was done to them. */
import { join } from "node:path";

import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, test } from "vitest";

import type { PictureEdit } from "#protocol/duplicate-model.ts";

import { runJson } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";
import { paint, photoPaint } from "../unit/duplicates/drawn-pictures.ts";

interface Answer {
  readonly groups: readonly {
    readonly members: readonly { readonly path: string; readonly keep: boolean; readonly reason: string }[];
    readonly pairs: readonly { readonly a: string; readonly b: string; readonly relation: string; readonly edit?: PictureEdit }[];
  }[];
}

describe("edited copies", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "pictures");
  const [width, height] = [480, 360];
  let answer: Answer;

  beforeAll(async () => {
    for (let seed = 1; seed <= 8; seed++)
      await drawn(seed)
        .jpeg({ quality: 92 })
        .toFile(join(pictures(), `photo-${seed}.jpg`));
    await drawn(1).extract({ left: 30, top: 20, width: 420, height: 315 }).jpeg({ quality: 85 }).toFile(join(pictures(), "crop.jpg"));
    await drawn(2)
      .extend({ top: 20, bottom: 20, left: 20, right: 20, background: "#456" })
      .jpeg({ quality: 85 })
      .toFile(join(pictures(), "frame.jpg"));
    await drawn(3).greyscale().jpeg({ quality: 85 }).toFile(join(pictures(), "grey.jpg"));
    await drawn(4).rotate(90).png().toFile(join(pictures(), "turned.png"));
    await runJson(["index", pictures()], data());
    answer = await runJson<Answer>(["duplicates"], data());
  });

  function drawn(seed: number): Sharp {
    return sharp(Buffer.from(paint(width, height, photoPaint(40 + seed)).data), { raw: { width, height, channels: 3 } });
  }

  /** From the photo to its copy. */
  function pairOf(copy: string): { relation: string; edit?: PictureEdit; isPhotoFirst: boolean } | undefined {
    for (const { pairs } of answer.groups)
      for (const { a, b, relation, edit } of pairs)
        if (a.endsWith(copy) || b.endsWith(copy)) return { relation, isPhotoFirst: b.endsWith(copy), ...(edit ? { edit } : {}) };
    return undefined;
  }

  test("a crop, with where it lies", () => {
    const pair = pairOf("crop.jpg");
    expect(pair?.relation).toBe("same-picture");
    const { a, b } = pair?.edit?.shared ?? { a: 0, b: 0 };
    const [ofPhoto, ofCrop] = pair?.isPhotoFirst ? [a, b] : [b, a];
    expect(ofPhoto).toBeLessThan(0.8);
    expect(ofCrop).toBeGreaterThan(0.95);
    expect(Math.abs(pair?.edit?.map?.[2] ?? 0)).toBeCloseTo(30, -0.5);
  });

  test("a frame, a grey copy, a quarter turn", () => {
    expect(pairOf("frame.jpg")).toMatchObject({ relation: "same-picture", edit: { grey: false, frame: true } });
    expect(Math.abs(pairOf("frame.jpg")?.edit?.map?.[2] ?? 0)).toBeCloseTo(20, -0.5);
    expect(pairOf("grey.jpg")).toMatchObject({ relation: "same-picture", edit: { grey: true, map: null } });
    const turned = pairOf("turned.png");
    expect(turned?.edit?.orientation).toBe(turned?.isPhotoFirst === true ? 1 : 3);
  });

  test("a frame makes no picture better: the one without is kept", () => {
    const framed = answer.groups.flatMap(({ members }) => members).find(({ path }) => path.endsWith("frame.jpg"));
    expect(framed).toMatchObject({ keep: false, reason: "17 % of it is a frame or empty corners" });
  });

  test("and nothing else", () => {
    expect(answer.groups.map(({ pairs }) => pairs.length)).toEqual([1, 1, 1, 1]);
  });
});
