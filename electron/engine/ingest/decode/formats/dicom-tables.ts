/**
 * @file Lookup tables of DICOM (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5): a descriptor of three numbers, then entries of 8 or 16 bits, for a palette perhaps in
 * segments.
 */
import { DecodeError } from "../decode-error.ts";
import type { DicomSet } from "./dicom-elements.ts";
import { shortOf } from "./dicom-values.ts";

export interface DicomTable {
  /** The value that the first entry is for; what lies beside the table gets its first or last entry. */
  readonly first: number;
  readonly entries: Uint16Array;
  /** Of an entry. */
  readonly bits: number;
}

const entryLimit = 65_536;

/** Null where the table is missing. @param signed whether the values that go through it may be below zero */
export function readTable(set: DicomSet, tags: { readonly descriptor: number; readonly data: number }, signed: boolean): DicomTable | null {
  const data = set.elements.get(tags.data);
  const described = describe(set, tags.descriptor, signed);
  if (data === undefined || described === null) return null;
  const { count, first, bits } = described;
  const isBytes = data.length < count * 2;
  const held = Math.min(count, isBytes ? data.length : data.length >> 1);
  if (held === 0) throw new DecodeError("corrupt", "a lookup table of the DICOM file has no entries");
  const entries = Uint16Array.from({ length: held }, (_, index) =>
    isBytes ? (set.bytes[data.start + index] as number) : (shortOf(set, tags.data, index) ?? 0),
  );
  return { first, entries, bits: isBytes ? 8 : bits };
}

/** PS3.3 C.7.9.2: runs of entries, slopes, and repetitions of what came before. */
export function readSegmentedTable(
  set: DicomSet,
  tags: { readonly descriptor: number; readonly data: number },
  signed: boolean,
): DicomTable | null {
  const data = set.elements.get(tags.data);
  const described = describe(set, tags.descriptor, signed);
  if (data === undefined || described === null) return null;
  const words =
    described.bits === 8 && data.vr === "OB"
      ? Uint16Array.from(set.bytes.subarray(data.start, data.start + data.length))
      : Uint16Array.from({ length: data.length >> 1 }, (_, index) => shortOf(set, tags.data, index) ?? 0);
  const entries: number[] = [];
  unfold(words, { from: 0, segments: Infinity, entries, depth: 0 });
  if (entries.length === 0) throw new DecodeError("corrupt", "a segmented palette of the DICOM file has no entries");
  return { first: described.first, entries: Uint16Array.from(entries), bits: described.bits };
}

export function entryOf({ first, entries }: DicomTable, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, Math.round(value) - first))] as number;
}

function describe(set: DicomSet, tag: number, signed: boolean): { count: number; first: number; bits: number } | null {
  const count = shortOf(set, tag, 0);
  const first = shortOf(set, tag, 1, signed || set.elements.get(tag)?.vr === "SS");
  if (count === null || first === null) return null;
  return { count: count === 0 ? entryLimit : count, first, bits: Math.min(16, Math.max(8, shortOf(set, tag, 2) ?? 16)) };
}

function unfold(words: Uint16Array, at: { from: number; segments: number; entries: number[]; depth: number }): void {
  const { entries } = at;
  let position = at.from;
  for (let segment = 0; segment < at.segments && position + 2 <= words.length; segment++) {
    const code = words[position] as number;
    const length = words[position + 1] as number;
    position += 2;
    if (entries.length + (code === 2 ? 0 : length) > entryLimit)
      throw new DecodeError("corrupt", `a segmented palette of the DICOM file has more than ${entryLimit} entries`);
    if (code === 0) {
      entries.push(...words.subarray(position, position + length));
      position += length;
    } else if (code === 1) {
      const from = entries.at(-1) ?? 0;
      const to = words[position++] ?? 0;
      for (let step = 1; step <= length; step++) entries.push(Math.round(from + ((to - from) * step) / length));
    } else if (code === 2 && at.depth === 0) {
      const offset = (words[position] ?? 0) + (words[position + 1] ?? 0) * 65536;
      position += 2;
      unfold(words, { from: offset, segments: length, entries, depth: 1 });
    } else throw new DecodeError("corrupt", `segment ${code} in a palette of the DICOM file; 0, 1 and 2 are known`);
  }
}
