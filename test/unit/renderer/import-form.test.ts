/** @file What a person says of an encoder becomes a request; what was typed wrongly is said; dropped files find their parts. */
import { expect, test } from "vitest";

import type { EncoderCheck } from "#protocol/encoder-contract.ts";
import { wrongParams } from "#protocol/validate.ts";
import { checkWords, emptyForm, formProblems, numberPresets, numbersOf, requestOf, rolesOf, type ImportForm } from "../../../renderer/state/import-form.ts"; // prettier-ignore

const form = (change: Partial<ImportForm>): ImportForm => ({ ...emptyForm, file: "/a.onnx", ...change });

test("what is left as found is not sent", () => {
  expect(requestOf(form({}))).toEqual({ file: "/a.onnx" });
  expect(requestOf(form({ name: "  ", numbers: "" }))).toEqual({ file: "/a.onnx" });
});

test("what is said is sent, and passes the engine's door", () => {
  const said = form({ name: " Net ", output: "pooled", size: "96", layout: "NHWC", colour: "BGR", pooling: "average", numbers: "own", range: "0, 255", mean: "1 2 3", std: "4;5 6", text: "/t.onnx", tokenizer: "/tokenizer.json", context: "32" }); // prettier-ignore
  expect(formProblems(said)).toEqual({});
  expect(requestOf(said)).toEqual({
    file: "/a.onnx",
    name: "Net",
    output: "pooled",
    text: "/t.onnx",
    tokenizer: "/tokenizer.json",
    context: 32,
    preprocessing: { size: 96, layout: "NHWC", colour: "BGR", pooling: "average", range: [0, 255], mean: [1, 2, 3], std: [4, 5, 6] },
  });
  expect(wrongParams("encoders.inspect", requestOf(said))).toBeNull();
});

test.each(numberPresets)("the numbers $name are whole", ({ name, range, mean, std }) => {
  expect(requestOf(form({ numbers: name })).preprocessing).toEqual({ range, mean, std });
  expect([range.length, mean.length, std.length]).toEqual([2, 3, 3]);
  expect(std.every((each) => each > 0)).toBe(true);
});

test.each([
  [{ size: "15" }, "size"],
  [{ size: "a" }, "size"],
  [{ context: "0" }, "context"],
  [{ numbers: "own", range: "1 0", mean: "0 0 0", std: "1 1 1" }, "range"],
  [{ numbers: "own", mean: "0 0", std: "1 1 1" }, "mean"],
  [{ numbers: "own", mean: "0 0 0", std: "1 0 1" }, "std"],
  [{ text: "/t.onnx" }, "tokenizer"],
  [{ tokenizer: "/t.json" }, "text"],
] as const)("%j is wrong in its %s alone", (change, field) => {
  expect(Object.keys(formProblems(form(change)))).toEqual([field]);
});

test.each([
  ["0.5 .5  1e-1", [0.5, 0.5, 0.1]],
  ["1,2,3", [1, 2, 3]],
  ["1 two", null],
  ["", null],
  ["Infinity", null],
] as const)("%j", (text, numbers) => expect(numbersOf(text)).toEqual(numbers));

test.each([
  [["/a/vision_model.onnx", "/a/text_model.onnx", "/a/tokenizer.json"], { file: "/a/vision_model.onnx", text: "/a/text_model.onnx", tokenizer: "/a/tokenizer.json" }], // prettier-ignore
  [["C:\\x\\Text.onnx", "C:\\x\\image.ONNX"], { file: "C:\\x\\image.ONNX", text: "C:\\x\\Text.onnx" }],
  [["/context.onnx"], { file: "/context.onnx" }],
  [["/m.onnx", "/encoder.json", "/preprocess.json", "/preprocessor_config.json"], { file: "/m.onnx", preprocess: "/preprocess.json" }],
  [["/a.jpg"], {}],
] as const)("%j", (paths, roles) => expect(rolesOf(paths)).toEqual(roles));

test("an encoder that sees no differences is odd; one that does is said with what it shares", () => {
  const check = (mean: number, present: number[] | null): EncoderCheck => ({
    ids: [],
    asked: 2,
    each: 2,
    neighbours: Int32Array.of(1, 2, 0, 3),
    similarities: Float32Array.of(1, 1, 1, 1),
    present: present && Int32Array.from(present),
    spread: { lowest: 0.1, mean, highest: 0.99 },
  });
  expect(checkWords(check(0.98, null))).toMatchObject({ isOdd: true, text: expect.stringMatching(/hardly any difference.*0\.98 on average/) as string }); // prettier-ignore
  expect(checkWords(check(0.4, [2, 1, 5, 0]))).toMatchObject({ isOdd: false, text: expect.stringMatching(/ 3 of 4 neighbours/) as string });
  expect(checkWords(check(0.4, null)).text).not.toMatch(/neighbours/);
});
