import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { readPreprocessing } from "#engine/encoders/import/preprocessing.ts";
import type { ImportPreprocessing } from "#protocol/encoder-contract.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

/** What is read where `encoder.json` beside the model (or `other.json`, named) holds this. */
function read(fields: unknown, named = false, told: ImportPreprocessing = {}): ReturnType<typeof readPreprocessing> {
  const folder = temporaryFolder();
  const path = join(folder, named ? "other.json" : "encoder.json");
  if (fields !== undefined) writeFileSync(path, typeof fields === "string" ? fields : JSON.stringify(fields));
  return readPreprocessing(join(folder, "net.onnx"), { named: named ? path : null, told }, "abc");
}

test("ImageNet's where nobody says otherwise, field by field", () => {
  const usual = {
    range: [0, 1],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    colour: "RGB",
    size: undefined,
    layout: undefined,
  };
  expect(read(undefined)).toMatchObject({ ...usual, why: expect.stringMatching(/^ImageNet's/) });
  expect(read({ size: 96 }, true)).toMatchObject({ ...usual, size: 96, why: expect.stringMatching(/^from .*other\.json$/) });
});

test("what a person says counts more than a file, field by field", () => {
  const input = { range: [0, 255], mean: [1, 2, 3], std: [4, 5, 6], colour: "BGR", size: 64 };
  const told = { mean: [7, 8, 9], size: 96, pooling: "first-token" } as const;
  const card = { file: "net.onnx", sha256: "abc", input, output: { name: "tokens" } };
  for (const fields of [card, { ...input, output: { name: "tokens" } }])
    expect(read(fields, true, told)).toMatchObject({ ...input, ...told, output: "tokens", why: expect.stringMatching(/^as it was said, else from/) }); // prettier-ignore
  expect(read(undefined, false, { mean: [0, 0, 0], std: [1, 1, 1] })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1], range: [0, 1] });
  expect(() => read(undefined, false, { mean: [0, 0, 0] })).toThrow(/what was said of it: std is missing/);
  expect(() => read(undefined, false, { std: [1, 0, 1], mean: [0, 0, 0] })).toThrow(/3 numbers above 0/);
});

test("a card and a flat list of fields are both read", () => {
  const input = { range: [0, 255], mean: [1, 2, 3], std: [4, 5, 6], colour: "BGR", size: 64, layout: "NHWC", sizeMultipleOf: 32 };
  const card = {
    file: "net.onnx",
    sha256: "abc",
    name: "Net",
    licence: "MIT",
    source: "me",
    input,
    output: { name: "pooled", pooling: "none" },
  };
  expect(read(card)).toMatchObject({ ...input, output: "pooled", pooling: "none", name: "Net", licence: "MIT", source: "me" });
  expect(read(input, true)).toMatchObject(input);
});

test.each<[string, unknown, boolean, RegExp]>([
  ["another model's card", { file: "other.onnx" }, false, /is the card of other\.onnx, not of net\.onnx\. Name it with --preprocess/],
  [
    "the card of an earlier version",
    { file: "net.onnx", sha256: "def" },
    false,
    /is the card of a model with SHA-256 def, .*net\.onnx has abc/,
  ],
  ["no JSON", "{", true, /other\.json cannot be read/],
  ["a slip", { means: [0, 0, 0] }, true, /means is \[0,0,0\]; expected only name, layout, size/],
  ["a slip in a card", { input: { sise: 96 } }, false, /input\.sise is 96; expected only name, layout, size/],
  ["another way of resizing", { resize: "crop" }, true, /resize is "crop"; expected stretch/],
  ["another interpolation", { input: { interpolation: "nearest" } }, true, /input\.interpolation is "nearest"; expected bicubic/],
  ["a list", [], true, /the whole file is \[\]; expected an object/],
  ["a mean without a deviation", { mean: [0, 0, 0] }, true, /std is missing; expected 3 numbers/],
  ["a range without a mean", { range: [0, 255] }, true, /mean is missing; expected 3 numbers for the range 0 to 255/],
  ["a deviation of nothing", { mean: [0, 0, 0], std: [0, 1, 1] }, true, /std is \[0,1,1\]; expected 3 numbers above 0/],
  [
    "a range the wrong way round",
    { range: [1, 0], mean: [0, 0, 0], std: [1, 1, 1] },
    true,
    /range is \[1,0\]; expected two numbers, the lower one first/,
  ],
  ["a layout of its own", { layout: "CHW" }, true, /layout is "CHW"; expected NCHW or NHWC/],
  ["a size of nothing", { input: { size: 0 } }, true, /input\.size is 0; expected a whole number from 16 to 4096/],
  ["a pooling of its own", { output: { pooling: "max" } }, true, /output\.pooling is "max"; expected none or average/],
])("%s is refused", (_, fields, named, message) => {
  expect(() => read(fields, named)).toThrow(message);
});
