/** @file What differs between two copies is said in few words, from the kept one's side. */
import { expect, test } from "vitest";

import type { PictureEdit } from "#protocol/duplicate-model.ts";
import type { ImageId } from "#protocol/model.ts";

import { editWords } from "../../../renderer/views/duplicates/edit-words.ts";

const [kept, other] = [1 as ImageId, 2 as ImageId];
const plain: PictureEdit = {
  orientation: 0,
  map: null,
  shared: { a: 1, b: 1 },
  toned: false,
  grey: false,
  caption: 0,
  written: null,
  frame: false,
};

function words(edit: Partial<PictureEdit>, isKeptFirst = true): string {
  const [a, b] = isKeptFirst ? [kept, other] : [other, kept];
  return editWords({ pairs: [{ a, b, relation: "same-picture", score: 0.9, edit: { ...plain, ...edit } }] }, kept, other);
}

test.each([
  [{ orientation: 4 }, "mirrored"],
  [{ orientation: 1 }, "turned by 90°"],
  [{ orientation: 2 }, "turned by 180°"],
  [{ map: [1, 0, 30, 0, 1, 20], shared: { a: 0.82, b: 0.99 } }, "cropped to 82 %"],
  [{ map: [0.998, -0.056, 30, 0.056, 0.998, 20], shared: { a: 0.98, b: 0.9 } }, "tilted by 3.2°"],
  [
    { map: [1, 0, -30, 0, 1, -20], shared: { a: 0.99, b: 0.8 }, toned: true },
    "shows more: the kept one is 80 % of it, brightness or contrast differ",
  ],
  [{ map: [1, 0, -30, 0, 1, -20], shared: { a: 0.99, b: 0.8 }, frame: true }, "a frame around it: 20 % of it"],
  [{ map: [1, 0, 30, 0, 1, 20], shared: { a: 0.8, b: 0.99 }, frame: true }, "without the frame of the kept one"],
  [{ grey: true, caption: 0.02, written: "a" }, "one of the two is grey, something is written over the kept one"],
  [{ caption: 0.02, written: "b" }, "something is written over it"],
  [{}, ""],
] as const)("%j", (edit, expected) => {
  expect(words(edit)).toBe(expected);
});

test("the other way round a crop is what the kept one was cropped from", () => {
  const crop = { map: [1, 0, 30, 0, 1, 20], shared: { a: 0.82, b: 0.99 } };
  expect(words(crop, false)).toMatch(/the kept one is 82 % of it/);
});

test("nothing is said of pairs that were not compared", () => {
  expect(editWords({ pairs: [] }, kept, other)).toBe("");
  expect(editWords({ pairs: [{ a: kept, b: other, relation: "identical-file", score: 1 }] }, kept, other)).toBe("");
});
