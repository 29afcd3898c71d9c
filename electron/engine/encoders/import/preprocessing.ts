/**
 * @file What a stranger's encoder does to a picture before it looks: from an encoder.json beside the model, from a file that is named, or, where
 * nobody says, the way of ImageNet.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { ImportPreprocessing } from "#protocol/encoder-contract.ts";

import { UserError } from "../../base/errors.ts";
import { oneOf, pair, readJsonFile, record, refuse, text, triple, whole, type Fields } from "../card-fields.ts";
import { cardName, sizeBounds, type EncoderInput } from "../encoder-card.ts";
import { poolingNames, type Pooling } from "./embedding-tensor.ts";

export interface Preprocessing {
  readonly range: EncoderInput["range"];
  readonly mean: EncoderInput["mean"];
  readonly std: EncoderInput["std"];
  readonly colour: EncoderInput["colour"];
  readonly background: EncoderInput["background"];
  readonly layout: EncoderInput["layout"] | undefined;
  readonly size: number | undefined;
  readonly sizeMultipleOf: number | undefined;
  readonly output: string | undefined;
  readonly pooling: Pooling | undefined;
  readonly name: string | undefined;
  readonly licence: string | undefined;
  readonly source: string | undefined;
  /** Where it is from, in words. */
  readonly why: string;
}

/** What a card says of the picture, and of everything else. */
const inputFields = [
  ...["name", "layout", "size", "sizeMultipleOf", "batch", "colour", "range", "mean", "std"],
  ...["resize", "interpolation", "background"],
];
const cardFields = ["id", "file", "sha256", "origin", "output", "spatial", "licence", "source", "provenance", "report", "text"];

/** ImageNet's, as nearly every PyTorch model has them: bytes to 0..1, minus the mean, by the deviation. */
const imageNet = { range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

export interface PreprocessingSources {
  /** Path of a preprocessing file; null: the encoder.json beside the model, where there is one. */
  readonly named: string | null;
  /** What a person said, which counts more than any file. */
  readonly told?: ImportPreprocessing | undefined;
}

/** @param model path of the ONNX file */
export function readPreprocessing(model: string, { named, told = {} }: PreprocessingSources, sha256: string): Preprocessing {
  const beside = join(dirname(model), cardName);
  const isTold = Object.values(told).some((value) => value !== undefined);
  if (named === null && !existsSync(beside)) {
    const usual = `ImageNet's (0 to 1, mean ${imageNet.mean.join(" ")}, std ${imageNet.std.join(" ")})`;
    return isTold
      ? fromFields("what was said of it", withTold({}, told), `as it was said; ${usual} where nothing was`)
      : fromFields("", {}, `${usual}, since nothing says otherwise`);
  }
  const path = named ?? beside;
  const fields = readJsonFile(path);
  if (named === null) {
    const { file, sha256: told } = fields;
    if (typeof file === "string" && file !== basename(model)) refuseCard(path, `is the card of ${file}, not of ${basename(model)}`);
    if (typeof told === "string" && told !== sha256)
      refuseCard(path, `is the card of a model with SHA-256 ${told}, ${model} has ${sha256}`);
  }
  return fromFields(path, withTold(fields, told), isTold ? `as it was said, else from ${path}` : `from ${path}`);
}

/** Where a person says something of the picture or of the pooling, that takes the place of the file's. */
function withTold(fields: Fields, { pooling, ...picture }: ImportPreprocessing): Fields {
  const given = Object.fromEntries(Object.entries(picture).filter(([, value]) => value !== undefined));
  const { input, output } = fields;
  const isNested = typeof input === "object" && input !== null;
  const merged = isNested ? { ...fields, input: { ...input, ...given } } : { ...fields, ...given };
  return pooling === undefined ? merged : { ...merged, output: { ...(typeof output === "object" ? output : {}), pooling } };
}

function refuseCard(path: string, why: string): never {
  throw new UserError("encoder-card", `${path} ${why}. Name it with --preprocess ${path} if it holds for this one too.`);
}

function fromFields(path: string, fields: Fields, why: string): Preprocessing {
  const input = fields["input"] === undefined ? fields : record(path, "input", fields["input"]);
  const prefix = fields["input"] === undefined ? "" : "input.";
  const known = fields["input"] === undefined ? [...inputFields, ...cardFields] : inputFields;
  // A slip ("means") must not leave the usual one in force.
  for (const name of Object.keys(input))
    if (!known.includes(name)) refuse(path, `${prefix}${name}`, input[name], `only ${known.join(", ")}`);
  const output = fields["output"] === undefined ? {} : record(path, "output", fields["output"]);
  const given = <T>(value: unknown, read: (value: unknown) => T): T | undefined => (value === undefined ? undefined : read(value));
  const range = given(input["range"], (value) => pair(path, `${prefix}range`, value)) ?? imageNet.range;
  const std = given(input["std"], (value) => triple(path, `${prefix}std`, value));
  const mean = given(input["mean"], (value) => triple(path, `${prefix}mean`, value));
  if (range[0] >= range[1]) refuse(path, `${prefix}range`, range, "two numbers, the lower one first");
  if (std?.some((each) => each <= 0)) refuse(path, `${prefix}std`, std, "3 numbers above 0");
  // A mean for bytes is none for 0 to 1: of the two that belong together, both or none.
  if ((mean === undefined) !== (std === undefined))
    refuse(path, mean === undefined ? `${prefix}mean` : `${prefix}std`, undefined, "3 numbers");
  if (mean === undefined && input["range"] !== undefined && (range[0] !== 0 || range[1] !== 1))
    refuse(path, `${prefix}mean`, undefined, `3 numbers for the range ${range.join(" to ")}`);
  oneOf(path, `${prefix}resize`, input["resize"] ?? "stretch", ["stretch"] as const);
  oneOf(path, `${prefix}interpolation`, input["interpolation"] ?? "bicubic", ["bicubic"] as const);
  return {
    range,
    mean: mean ?? imageNet.mean,
    std: std ?? imageNet.std,
    colour: given(input["colour"], (value) => oneOf(path, `${prefix}colour`, value, ["RGB", "BGR"] as const)) ?? "RGB",
    background: given(input["background"], (value) => triple(path, `${prefix}background`, value)) ?? [255, 255, 255],
    layout: given(input["layout"], (value) => oneOf(path, `${prefix}layout`, value, ["NCHW", "NHWC"] as const)),
    size: given(input["size"], (value) => whole(path, `${prefix}size`, value, sizeBounds)),
    sizeMultipleOf: given(input["sizeMultipleOf"], (value) => whole(path, `${prefix}sizeMultipleOf`, value, [1, 4096])),
    output: given(output["name"], (value) => text(path, "output.name", value)),
    pooling: given(output["pooling"], (value) => oneOf(path, "output.pooling", value, poolingNames)),
    name: given(fields["name"], (value) => text(path, "name", value)),
    licence: given(fields["licence"], (value) => text(path, "licence", value)),
    source: given(fields["source"], (value) => text(path, "source", value)),
    why,
  };
}
