/**
 * @file encoder.json: the facts of preprocessing that belong to an ONNX file, and where it came from. Read with every field checked.
 */
import { join } from "node:path";

import { oneOf, pair, readJsonFile, record, refuse, text, texts, triple, whole, type Fields } from "./card-fields.ts";
import { fileBeside, readTextTower, textTowerFields, type TextTower } from "./text-tower.ts";

export interface EncoderCard {
  readonly id: string;
  readonly name: string;
  /** Absolute path of the ONNX file. */
  readonly modelPath: string;
  readonly sha256: string;
  readonly input: EncoderInput;
  readonly output: { readonly name: string; readonly dimensions: number; readonly normalise: "l2" };
  /** Feature maps inside the graph, [batch, channels, height, width]. */
  readonly spatial: readonly string[];
  readonly licence: string;
  readonly source: string;
  /** Of an imported or trained encoder: what it was made from and how. */
  readonly provenance: Provenance | null;
  /** Of a trained encoder: what its training found, as the trainer wrote it. */
  readonly report: Fields | null;
  /** The second model, which makes vectors of texts in the same space. */
  readonly text?: TextTower | undefined;
}

export interface EncoderInput {
  readonly name: string;
  readonly layout: "NCHW" | "NHWC";
  readonly size: number;
  readonly sizeMultipleOf: number;
  /** How many pictures every run takes; null: as many as there are. */
  readonly batch: number | null;
  /** Order of the channels, also of those of `mean` and `std`. */
  readonly colour: "RGB" | "BGR";
  /** What the bytes 0 and 255 become, before mean and std. */
  readonly range: readonly [number, number];
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly resize: "stretch";
  readonly interpolation: "bicubic";
  readonly background: readonly [number, number, number];
}

/** Labels and values, in the order to show. */
export type Provenance = Readonly<Record<string, string>>;

export const cardName = "encoder.json";
export const modelName = "model.onnx";

/** Reads `<folder>/encoder.json`. */
export function readEncoderCard(folder: string): EncoderCard {
  const path = join(folder, cardName);
  const json = readJsonFile(path);
  const output = record(path, "output", json["output"]);
  return {
    id: text(path, "id", json["id"]),
    name: text(path, "name", json["name"]),
    modelPath: join(folder, fileBeside(path, "file", json["file"])),
    sha256: text(path, "sha256", json["sha256"]),
    input: readInput(path, record(path, "input", json["input"])),
    output: {
      name: text(path, "output.name", output["name"]),
      dimensions: whole(path, "output.dimensions", output["dimensions"], [1, 65536]),
      normalise: oneOf(path, "output.normalise", output["normalise"], ["l2"] as const),
    },
    spatial: json["spatial"] === undefined ? [] : texts(path, "spatial", json["spatial"]),
    licence: text(path, "licence", json["licence"]),
    source: text(path, "source", json["source"]),
    provenance: json["provenance"] === undefined ? null : readProvenance(path, json["provenance"]),
    report: json["report"] === undefined || json["report"] === null ? null : record(path, "report", json["report"]),
    ...(json["text"] !== undefined && { text: readTextTower(path, folder, json["text"]) }),
  };
}

/** encoder.json of a card whose model lies beside it as model.onnx; `origin` tells the registry who made it. */
export function writeEncoderCard(card: EncoderCard, origin: string): string {
  const { modelPath: _, provenance, report, sha256, id, name, text: tower, ...rest } = card;
  const more = { ...(tower && { text: textTowerFields(tower) }), ...(provenance && { provenance }), ...(report && { report }) };
  const written = JSON.stringify({ id, name, origin, file: modelName, sha256, ...rest, ...more }, null, 2);
  // Three numbers of a colour on one line.
  return `${written.replace(/\[\s+([-\d.,\se+]+?)\s+\]/g, (_whole, numbers: string) => `[${numbers.replace(/\s+/g, " ")}]`)}\n`;
}

function readInput(path: string, input: Fields): EncoderInput {
  const std = triple(path, "input.std", input["std"]);
  if (std.some((each) => each <= 0)) refuse(path, "input.std", std, "3 numbers above 0");
  const range = pair(path, "input.range", input["range"]);
  if (range[0] >= range[1]) refuse(path, "input.range", range, "two numbers, the lower one first");
  const batch = input["batch"] ?? null;
  return {
    name: text(path, "input.name", input["name"]),
    layout: oneOf(path, "input.layout", input["layout"], ["NCHW", "NHWC"] as const),
    size: whole(path, "input.size", input["size"], sizeBounds),
    sizeMultipleOf: whole(path, "input.sizeMultipleOf", input["sizeMultipleOf"] ?? 1, [1, 4096]),
    batch: batch === null ? null : whole(path, "input.batch", batch, [1, 4096]),
    colour: oneOf(path, "input.colour", input["colour"], ["RGB", "BGR"] as const),
    range,
    mean: triple(path, "input.mean", input["mean"]),
    std,
    resize: oneOf(path, "input.resize", input["resize"], ["stretch"] as const),
    interpolation: oneOf(path, "input.interpolation", input["interpolation"], ["bicubic"] as const),
    background: triple(path, "input.background", input["background"]),
  };
}

/** Sides of the encoder's picture, in pixels. */
export const sizeBounds = [16, 4096] as const;

function readProvenance(path: string, value: unknown): Provenance {
  const fields = record(path, "provenance", value);
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, text(path, `provenance.${name}`, each)]));
}
