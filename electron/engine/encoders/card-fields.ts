/**
 * @file Fields of a JSON file that somebody else may have written, each read with its type and bounds checked. The message names the file, the
 * field, the value seen and the value expected.
 */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

import { UserError, messageOf } from "../base/errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A card is a page of text; what is larger is none. */
const largestBytes = 4 * 1024 * 1024;

/** The object in a JSON file. */
export function readJsonFile(path: string): Fields {
  let json: unknown;
  try {
    json = JSON.parse(readSmallFile(path));
  } catch (thrown) {
    throw new UserError("encoder-card", `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
  return record(path, "the whole file", json);
}

function readSmallFile(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    if (size > largestBytes) throw new UserError("encoder-card", `it has ${size} bytes; expected at most ${largestBytes}`);
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

export function refuse(path: string, field: string, value: unknown, expected: string): never {
  const shown = JSON.stringify(value) ?? "missing";
  throw new UserError(
    "encoder-card",
    `${path}: ${field} is ${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown}; expected ${expected}`,
  );
}

export function record(path: string, field: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(path, field, value, "an object");
  return value as Fields;
}

export function text(path: string, field: string, value: unknown): string {
  return typeof value === "string" && value !== "" ? value : refuse(path, field, value, "a text");
}

export function whole(path: string, field: string, value: unknown, [low, high]: readonly [number, number]): number {
  return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuse(path, field, value, `a whole number from ${low} to ${high}`);
}

export function pair(path: string, field: string, value: unknown): [number, number] {
  return numbers(path, field, value, 2) as [number, number];
}

export function triple(path: string, field: string, value: unknown): [number, number, number] {
  return numbers(path, field, value, 3) as [number, number, number];
}

export function texts(path: string, field: string, value: unknown): string[] {
  if (!Array.isArray(value)) refuse(path, field, value, "a list");
  return value.map((each, index) => text(path, `${field}[${index}]`, each));
}

export function oneOf<T extends string>(path: string, field: string, value: unknown, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : refuse(path, field, value, allowed.join(" or "));
}

function numbers(path: string, field: string, value: unknown, count: number): number[] {
  if (!Array.isArray(value) || value.length !== count || !value.every((each) => typeof each === "number" && Number.isFinite(each)))
    refuse(path, field, value, `${count} numbers`);
  return value as number[];
}
