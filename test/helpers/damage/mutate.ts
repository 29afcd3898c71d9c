/**
 * @file Damages a picture file where it hurts: numbers that steer the reader take values at the edges, parts go, come twice, change places or come from another
 * file of the format, texts get other numbers. Check sums are put right again most of the time, so that the damage gets past the door. Everything follows from
 * the random numbers given.
 */
import { crc32 } from "node:zlib";

import type { Random } from "#engine/base/random.ts";
import type { ImageFormat } from "#engine/ingest/decode/types.ts";
import { structureOf, type Field, type Part } from "./structure.ts";

export interface Specimen {
  readonly name: string;
  readonly format: ImageFormat;
  readonly bytes: Buffer;
}

/** `count` damaged files, as many of each format. */
export function* mutants(specimens: readonly Specimen[], count: number, random: Random): Generator<{ name: string; bytes: Buffer }> {
  const formats = [...new Set(specimens.map(({ format }) => format))];
  for (let index = 0; index < count; index++) {
    const family = specimens.filter(({ format }) => format === formats[index % formats.length]);
    const specimen = pick(family, random);
    yield { name: `${String(index).padStart(5, "0")}-${specimen.name}`, bytes: mutate(specimen, pick(family, random), random) };
  }
}

/** The specimen with one to four changes; `other` (of the same format) lends parts. */
export function mutate(specimen: Specimen, other: Specimen, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(specimen.bytes);
  const count = 1 + random.below(4);
  for (let change = 0; change < count && bytes.length > 8; change++) bytes = changed(specimen.format, bytes, other, random);
  if (specimen.format === "png" && random.unit() < 0.85) restoreChecksums(bytes);
  if (specimen.format === "webp" && bytes.length >= 8 && random.unit() < 0.7) bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
}

const kinds = ["number", "number", "number", "number", "bytes", "bytes", "drop", "double", "swap", "lend", "cut", "stretch"] as const;

function changed(format: ImageFormat, bytes: Buffer, other: Specimen, random: Random): Buffer {
  const { parts, fields } = structureOf(format, bytes);
  const isText = format === "svg" || (format === "pnm" && random.unit() < 0.7);
  const kind = pick(kinds, random);
  const part: Part = parts.length > 0 ? pick(parts, random) : { start: 0, end: bytes.length };
  const before = bytes.subarray(0, part.start);
  const after = bytes.subarray(part.end);
  switch (kind) {
    case "number":
      return isText ? otherWords(bytes, random) : otherNumber(bytes, fields, random);
    case "bytes": {
      const hit = Buffer.from(bytes);
      for (let count = 1 + random.below(6); count > 0; count--) hit[part.start + random.below(part.end - part.start)] = random.below(256);
      return hit;
    }
    case "drop":
      return Buffer.concat([before, after]);
    case "double":
      return Buffer.concat([before, ...repeated(bytes.subarray(part.start, part.end), random), after]);
    case "swap": {
      const later = parts.find(({ start }) => start >= part.end);
      if (later === undefined) return bytes;
      return Buffer.concat([
        before,
        bytes.subarray(later.start, later.end),
        bytes.subarray(part.end, later.start),
        bytes.subarray(part.start, part.end),
        bytes.subarray(later.end),
      ]);
    }
    case "lend": {
      const theirs = structureOf(format, other.bytes).parts;
      if (theirs.length === 0) return bytes;
      const { start, end } = pick(theirs, random);
      return Buffer.concat([before, other.bytes.subarray(start, end), random.unit() < 0.5 ? after : bytes.subarray(part.start)]);
    }
    case "cut":
      return bytes.subarray(0, random.unit() < 0.5 ? part.end : part.start + random.below(part.end - part.start + 1));
    case "stretch": {
      const middle = part.start + random.below(part.end - part.start);
      return Buffer.concat([
        bytes.subarray(0, middle),
        Buffer.alloc(1 + random.below(64), random.unit() < 0.5 ? 0 : 255),
        bytes.subarray(middle),
      ]);
    }
  }
}

/** At most a few kilobytes more. */
function repeated(part: Buffer, random: Random): Buffer[] {
  const most = Math.max(2, Math.min(60, Math.floor(20_000 / part.length)));
  return Array.from({ length: 2 + random.below(most - 1) }, () => part);
}

function otherNumber(bytes: Buffer, fields: readonly Field[], random: Random): Buffer {
  if (fields.length === 0) return bytes;
  const { at, bytes: size, big } = pick(fields, random);
  const most = 256 ** size - 1;
  const now = big ? bytes.readUIntBE(at, size) : bytes.readUIntLE(at, size);
  const values = [
    0,
    1,
    2,
    most,
    most - 1,
    (most + 1) / 2,
    (most - 1) / 2,
    now + 1,
    now - 1,
    now * 2,
    now >> 1,
    bytes.length,
    0x10000,
    0x4000,
    65_500,
    random.below(most),
  ];
  const value = Math.min(most, Math.max(0, pick(values, random)));
  const hit = Buffer.from(bytes);
  if (big) hit.writeUIntBE(value, at, size);
  else hit.writeUIntLE(value, at, size);
  return hit;
}

const texts = [
  "0",
  "1",
  "-1",
  "65535",
  "99999999",
  "4294967296",
  "1e308",
  "NaN",
  "0.0001",
  "#",
  "",
  "\0",
  "100%",
  "url(#a)",
  "&a;",
] as const;

/** One number of a text becomes another, or something that is no number. */
function otherWords(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString("latin1");
  const found = [...text.slice(0, 4096).matchAll(/-?\d+(\.\d+)?/g)];
  if (found.length === 0) return bytes;
  const { index, 0: word } = pick(found, random);
  return Buffer.from(`${text.slice(0, index)}${pick(texts, random)}${text.slice(index + word.length)}`, "latin1");
}

function restoreChecksums(bytes: Buffer): void {
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) return;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.below(from.length)] as T;
}
