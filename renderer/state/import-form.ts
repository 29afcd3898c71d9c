/** @file What a person says of an encoder that is to be taken in, and the request that it becomes. What is left as found is not sent. */
import type { EncoderCheck, ImportPreprocessing, ImportRequest, PoolingName } from "#protocol/encoder-contract.ts";

export interface ImportForm {
  readonly file: string;
  readonly name: string;
  /** "": as found, as everywhere here. */
  readonly output: string;
  readonly pooling: PoolingName | "";
  readonly size: string;
  readonly layout: "NCHW" | "NHWC" | "";
  readonly colour: "RGB" | "BGR" | "";
  /** A name of `numberPresets`, "own", or "". */
  readonly numbers: string;
  readonly range: string;
  readonly mean: string;
  readonly std: string;
  readonly preprocess: string;
  readonly text: string;
  readonly tokenizer: string;
  readonly context: string;
}

export const emptyForm: ImportForm = {
  file: "",
  name: "",
  output: "",
  pooling: "",
  size: "",
  layout: "",
  colour: "",
  numbers: "",
  range: "0 1",
  mean: "",
  std: "",
  preprocess: "",
  text: "",
  tokenizer: "",
  context: "",
};

interface NumberPreset {
  readonly name: string;
  readonly title: string;
  readonly range: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Ways in which published encoders take their pictures. */
export const numberPresets: readonly NumberPreset[] = [
  { name: "imagenet", title: "ImageNet's mean and deviation", range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  {
    name: "clip",
    title: "CLIP's mean and deviation",
    range: [0, 1],
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  { name: "unit", title: "0 to 1", range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1] },
  { name: "signed", title: "−1 to 1", range: [0, 1], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  { name: "bytes", title: "0 to 255", range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1] },
];

/** What is wrong with what was typed, by field, in words. */
export function formProblems(form: ImportForm): Partial<Record<keyof ImportForm, string>> {
  const problems: Partial<Record<keyof ImportForm, string>> = {};
  const size = Number(form.size);
  if (form.size.trim() !== "" && !(Number.isInteger(size) && size >= 16 && size <= 4096))
    problems.size = "Expected a whole number from 16 to 4096.";
  const context = Number(form.context);
  if (form.context.trim() !== "" && !(Number.isInteger(context) && context >= 1 && context <= 8192))
    problems.context = "Expected a whole number from 1 to 8192.";
  if (form.numbers === "own") {
    const range = numbersOf(form.range);
    if (range?.length !== 2 || !((range[0] as number) < (range[1] as number)))
      problems.range = "Expected two numbers, the lower one first.";
    if (numbersOf(form.mean)?.length !== 3) problems.mean = "Expected three numbers.";
    const std = numbersOf(form.std);
    if (std?.length !== 3 || std.some((each) => each <= 0)) problems.std = "Expected three numbers above 0.";
  }
  if ((form.text === "") !== (form.tokenizer === ""))
    problems[form.text === "" ? "text" : "tokenizer"] = "A text model goes with its tokenizer: choose both, or none.";
  return problems;
}

export function requestOf(form: ImportForm): ImportRequest {
  const preprocessing = preprocessingOf(form);
  const texts = { name: form.name, output: form.output, preprocess: form.preprocess, text: form.text, tokenizer: form.tokenizer };
  return {
    file: form.file,
    ...Object.fromEntries(Object.entries(texts).flatMap(([key, value]) => (value.trim() === "" ? [] : [[key, value.trim()]]))),
    ...(form.context.trim() !== "" && { context: Number(form.context) }),
    ...(Object.keys(preprocessing).length > 0 && { preprocessing }),
  };
}

function preprocessingOf(form: ImportForm): ImportPreprocessing {
  const preset = numberPresets.find(({ name }) => name === form.numbers);
  return {
    ...(form.size.trim() !== "" && { size: Number(form.size) }),
    ...(form.layout !== "" && { layout: form.layout }),
    ...(form.colour !== "" && { colour: form.colour }),
    ...(form.pooling !== "" && { pooling: form.pooling }),
    ...(preset !== undefined && { range: preset.range, mean: preset.mean, std: preset.std }),
    ...(form.numbers === "own" && {
      range: numbersOf(form.range) ?? [],
      mean: numbersOf(form.mean) ?? [],
      std: numbersOf(form.std) ?? [],
    }),
  };
}

/** Parted by spaces or commas; null where one of them is no number. */
export function numbersOf(text: string): number[] | null {
  const parts = text
    .trim()
    .split(/[\s,;]+/u)
    .filter((part) => part !== "");
  const numbers = parts.map(Number);
  return parts.length > 0 && numbers.every(Number.isFinite) ? numbers : null;
}

export type DroppedRoles = Partial<Pick<ImportForm, "file" | "text" | "tokenizer" | "preprocess">>;

/** What each of some files is, by its name: of two models the one named after text is the text half. */
export function rolesOf(paths: readonly string[]): DroppedRoles {
  const named = paths.map((path) => ({ path, name: (path.split(/[/\\]/u).at(-1) ?? "").toLowerCase() }));
  const models = named.filter(({ name }) => name.endsWith(".onnx"));
  const text = models.length > 1 ? models.find(({ name }) => /text/u.test(name)) : undefined;
  const file = models.find((model) => model !== text);
  const tokenizer = named.find(({ name }) => name === "tokenizer.json" || name === "vocabulary.json");
  const preprocess = named.find(({ name }) => /^preprocess.*\.json$/u.test(name) && name !== "preprocessor_config.json");
  return {
    ...(file && { file: file.path }),
    ...(text && { text: text.path }),
    ...(tokenizer && { tokenizer: tokenizer.path }),
    ...(preprocess && { preprocess: preprocess.path }),
  };
}

export function isModelDrop(names: readonly string[]): boolean {
  return names.some((name) => name.toLowerCase().endsWith(".onnx"));
}

/** Above it, pictures of a collection look the same to an encoder. */
const allAlike = 0.97;

/** What the look at the pictures says, and whether it is a reason to look again. */
export function checkWords({ spread, neighbours, present, asked, each }: EncoderCheck): { readonly text: string; readonly isOdd: boolean } {
  const numbers = `similarities from ${spread.lowest.toFixed(2)} to ${spread.highest.toFixed(2)}, ${spread.mean.toFixed(2)} on average`;
  if (spread.mean > allAlike)
    return {
      text: `It sees hardly any difference between these pictures (${numbers}). Often the numbers are not those it was trained with, or another tensor is the embedding.`,
      isOdd: true,
    };
  const kept =
    present === null
      ? ""
      : ` ${sharedNeighbours(neighbours, present, { asked, each })} of ${asked * each} neighbours are also those of the encoder in use.`;
  return { text: `It tells these pictures apart: ${numbers}.${kept}`, isOdd: false };
}

function sharedNeighbours(one: Int32Array, other: Int32Array, { asked, each }: { asked: number; each: number }): number {
  let shared = 0;
  for (let row = 0; row < asked; row++) {
    const own = new Set(one.subarray(row * each, (row + 1) * each));
    for (const place of other.subarray(row * each, (row + 1) * each)) if (own.has(place)) shared++;
  }
  return shared;
}
