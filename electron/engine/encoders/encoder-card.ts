/**
 * @file encoder.json: the facts of preprocessing that belong to an ONNX file. Read with every field checked; the message names the file,
 * the field, the value seen and the value expected.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { UserError, messageOf } from "../base/errors.ts";

export interface EncoderCard {
  readonly id: string;
  readonly name: string;
  /** Absolute path of the ONNX file. */
  readonly modelPath: string;
  readonly sha256: string;
  readonly input: {
    readonly name: string;
    readonly layout: "NCHW" | "NHWC";
    readonly size: number;
    readonly sizeMultipleOf: number;
    readonly colour: "RGB";
    readonly range: readonly [number, number];
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
    readonly resize: "stretch";
    readonly interpolation: "bicubic";
    readonly background: readonly [number, number, number];
  };
  readonly output: { readonly name: string; readonly dimensions: number; readonly normalise: "l2" };
  readonly spatial: readonly string[];
  readonly licence: string;
  readonly source: string;
}

/** Reads `<folder>/encoder.json`. */
export function readEncoderCard(folder: string): EncoderCard {
  const path = join(folder, "encoder.json");
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (thrown) {
    throw new UserError("encoder-card", `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
  const input = record(path, "input", json["input"]);
  const output = record(path, "output", json["output"]);
  const size = whole(path, "input.size", input["size"], 16, 4096);
  return {
    id: text(path, "id", json["id"]),
    name: text(path, "name", json["name"]),
    modelPath: join(folder, text(path, "file", json["file"])),
    sha256: text(path, "sha256", json["sha256"]),
    input: {
      name: text(path, "input.name", input["name"]),
      layout: oneOf(path, "input.layout", input["layout"], ["NCHW", "NHWC"] as const),
      size,
      sizeMultipleOf: whole(path, "input.sizeMultipleOf", input["sizeMultipleOf"] ?? 1, 1, 4096),
      colour: oneOf(path, "input.colour", input["colour"], ["RGB"] as const),
      range: pair(path, "input.range", input["range"]),
      mean: triple(path, "input.mean", input["mean"]),
      std: triple(path, "input.std", input["std"]),
      resize: oneOf(path, "input.resize", input["resize"], ["stretch"] as const),
      interpolation: oneOf(path, "input.interpolation", input["interpolation"], ["bicubic"] as const),
      background: triple(path, "input.background", input["background"]),
    },
    output: {
      name: text(path, "output.name", output["name"]),
      dimensions: whole(path, "output.dimensions", output["dimensions"], 1, 65536),
      normalise: oneOf(path, "output.normalise", output["normalise"], ["l2"] as const),
    },
    spatial: Array.isArray(json["spatial"]) ? json["spatial"].map((value, index) => text(path, `spatial[${index}]`, value)) : [],
    licence: text(path, "licence", json["licence"]),
    source: text(path, "source", json["source"]),
  };
}

function refuse(path: string, field: string, value: unknown, expected: string): never {
  throw new UserError("encoder-card", `${path}: ${field} is ${JSON.stringify(value) ?? "missing"}; expected ${expected}`);
}

function record(path: string, field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(path, field, value, "an object");
  return value as Record<string, unknown>;
}

function text(path: string, field: string, value: unknown): string {
  return typeof value === "string" && value !== "" ? value : refuse(path, field, value, "a text");
}

function whole(path: string, field: string, value: unknown, low: number, high: number): number {
  return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuse(path, field, value, `a whole number from ${low} to ${high}`);
}

function numbers(path: string, field: string, value: unknown, count: number): number[] {
  if (!Array.isArray(value) || value.length !== count || !value.every((each) => typeof each === "number" && Number.isFinite(each)))
    refuse(path, field, value, `${count} numbers`);
  return value as number[];
}

function pair(path: string, field: string, value: unknown): [number, number] {
  return numbers(path, field, value, 2) as [number, number];
}

function triple(path: string, field: string, value: unknown): [number, number, number] {
  return numbers(path, field, value, 3) as [number, number, number];
}

function oneOf<T extends string>(path: string, field: string, value: unknown, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : refuse(path, field, value, allowed.join(" or "));
}
