/**
 * @file The elements of a DICOM data set (PS3.5, section 7): where each lies, and nothing read that is not asked for. Sequences stay closed until an item of
 * theirs is wanted, so a header costs its own length whatever is nested inside; counts and depths have limits, because a file may claim any.
 */
import { DecodeError } from "../decode-error.ts";

/** How elements are written. */
export interface DicomCoding {
  readonly bigEndian: boolean;
  /** Each element names its value representation. */
  readonly explicit: boolean;
}

export interface DicomElement {
  /** Empty where the file does not say (implicit). */
  readonly vr: string;
  readonly start: number;
  /** Of the value, as far as the file has it. */
  readonly length: number;
  /** What the file claims; `undefinedLength` where it says "until the delimiter". */
  readonly claimed: number;
}

export interface DicomSet {
  readonly bytes: Buffer;
  readonly coding: DicomCoding;
  /** By tag: group * 65536 + number. */
  readonly elements: ReadonlyMap<number, DicomElement>;
  /** Specific Character Set, which items take over from what holds them. */
  readonly characterSets: readonly string[];
  /** It ends inside an element. */
  readonly isCut: boolean;
}

export const undefinedLength = 0xffffffff;
const itemTag = 0xfffee000;
const itemEnd = 0xfffee00d;
const sequenceEnd = 0xfffee0dd;
const characterSetTag = 0x00080005;
/** Float, double and whole pixels: what describes them comes before. */
const pixelTags = [0x7fe00008, 0x7fe00009, 0x7fe00010];
/** Those whose length has 32 bits. */
const longForms = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];
const implicitLittle: DicomCoding = { bigEndian: false, explicit: false };
const elementLimit = 100_000;
const depthLimit = 48;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Reads to the end, or to the pixels where `stopsAtPixels`. */
export function readSet(
  bytes: Buffer,
  coding: DicomCoding,
  { from, to, stopsAtPixels, inherited = [] }: Span & { readonly stopsAtPixels?: boolean; readonly inherited?: readonly string[] },
): DicomSet {
  const elements = new Map<number, DicomElement>();
  let isCut = false;
  let at = from;
  while (at < to) {
    const head = readHead(bytes, coding, { from: at, to });
    if (head === null) isCut = true;
    if (head === null || head.tag === itemEnd || head.tag === sequenceEnd) break;
    const isPixels = stopsAtPixels === true && pixelTags.includes(head.tag);
    const end = isPixels && head.claimed === undefinedLength ? to : endOfValue(bytes, coding, { head, to, depth: 0 });
    elements.set(head.tag, { vr: head.vr, start: head.start, length: Math.min(end, to) - head.start, claimed: head.claimed });
    if (isPixels) break;
    if (elements.size > elementLimit) throw new DecodeError("corrupt", `a data set has more than ${elementLimit} elements`);
    isCut = end > to;
    at = end;
  }
  const own = elements.get(characterSetTag);
  const characterSets =
    own === undefined
      ? inherited
      : bytes
          .toString("latin1", own.start, own.start + Math.min(own.length, 256))
          .split("\\")
          .map((name) => name.replaceAll("\0", "").trim());
  return { bytes, coding, elements, characterSets, isCut };
}

/** Item `index` of a sequence; null where it has none. */
export function readItem(set: DicomSet, tag: number, index = 0): DicomSet | null {
  const element = set.elements.get(tag);
  if (element === undefined) return null;
  const coding = codingInside(set.coding, element.vr);
  const end = element.start + element.length;
  for (let at = element.start, seen = 0; at + 8 <= end; seen++) {
    if (readTag(set.bytes, at, coding) !== itemTag) return null;
    const length = readLong(set.bytes, at + 4, coding);
    const inside = { from: at + 8, to: length === undefinedLength ? end : Math.min(end, at + 8 + length) };
    if (seen === index) return readSet(set.bytes, coding, { ...inside, inherited: set.characterSets });
    at = length === undefinedLength ? endOfItem(set.bytes, coding, { ...inside, depth: 1 }) : at + 8 + length;
  }
  return null;
}

/** The fragments of encapsulated pixels, the offset table first (PS3.5 A.4). They end at the delimiter, or where the file ends. */
export function readFragments({ bytes, coding }: DicomSet, { start, length }: DicomElement): { spans: Span[]; isCut: boolean } {
  const spans: Span[] = [];
  const end = start + length;
  for (let at = start; at + 8 <= end;) {
    const tag = readTag(bytes, at, coding);
    if (tag === sequenceEnd) return { spans, isCut: false };
    if (tag !== itemTag)
      throw new DecodeError("corrupt", `the fragments of the picture break off at ${at}: ${nameTag(tag)} is no fragment`);
    const to = at + 8 + readLong(bytes, at + 4, coding);
    spans.push({ from: at + 8, to: Math.min(to, end) });
    if (spans.length > elementLimit * 10) throw new DecodeError("corrupt", `the picture has more than ${elementLimit * 10} fragments`);
    if (to > end) return { spans, isCut: true };
    at = to;
  }
  return { spans, isCut: true };
}

/** "(7fe0,0010)" */
export function nameTag(tag: number): string {
  const digits = tag.toString(16).padStart(8, "0");
  return `(${digits.slice(0, 4)},${digits.slice(4)})`;
}

/** True where two letters that name a value representation lie at `at`. */
export function isExplicitAt(bytes: Buffer, at: number): boolean {
  return /^(A[EST]|C[S]|D[AST]|F[DL]|I[S]|L[OT]|O[BDFLVW]|P[N]|S[HLQSTV]|T[M]|U[CILNRSTV])$/.test(bytes.toString("latin1", at, at + 2));
}

interface Head {
  readonly tag: number;
  readonly vr: string;
  readonly claimed: number;
  readonly start: number;
}

/** Null where the set ends inside it. */
function readHead(bytes: Buffer, coding: DicomCoding, { from, to }: Span): Head | null {
  if (from + 8 > to) return null;
  const tag = readTag(bytes, from, coding);
  // Delimiters name no representation, and some writers fall back to implicit elements inside of explicit files.
  if (!coding.explicit || tag >= itemTag || !/^[A-Z]{2}$/.test(bytes.toString("latin1", from + 4, from + 6)))
    return { tag, vr: "", claimed: readLong(bytes, from + 4, coding), start: from + 8 };
  const vr = bytes.toString("latin1", from + 4, from + 6);
  if (!longForms.includes(vr))
    return { tag, vr, claimed: coding.bigEndian ? bytes.readUInt16BE(from + 6) : bytes.readUInt16LE(from + 6), start: from + 8 };
  return from + 12 > to ? null : { tag, vr, claimed: readLong(bytes, from + 8, coding), start: from + 12 };
}

/** Where the next element begins; beyond `to` where the file has less than it claims. */
function endOfValue(bytes: Buffer, coding: DicomCoding, { head, to, depth }: { head: Head; to: number; depth: number }): number {
  if (head.claimed !== undefinedLength) return head.start + head.claimed;
  if (depth > depthLimit) throw new DecodeError("corrupt", `sequences are nested more than ${depthLimit} deep at ${nameTag(head.tag)}`);
  const inside = codingInside(coding, head.vr);
  for (let at = head.start; at + 8 <= to;) {
    const tag = readTag(bytes, at, inside);
    if (tag === sequenceEnd) return at + 8;
    if (tag !== itemTag)
      throw new DecodeError("corrupt", `${nameTag(tag)} lies in sequence ${nameTag(head.tag)} where an item was expected`);
    const length = readLong(bytes, at + 4, inside);
    at = length === undefinedLength ? endOfItem(bytes, inside, { from: at + 8, to, depth: depth + 1 }) : at + 8 + length;
  }
  return to + 1;
}

function endOfItem(bytes: Buffer, coding: DicomCoding, { from, to, depth }: Span & { readonly depth: number }): number {
  let at = from;
  while (at < to) {
    const head = readHead(bytes, coding, { from: at, to });
    if (head === null) return to + 1;
    if (head.tag === itemEnd) return head.start;
    at = endOfValue(bytes, coding, { head, to, depth });
  }
  return at;
}

/** A sequence of unknown representation is written in implicit little endian (PS3.5 6.2.2). */
function codingInside(coding: DicomCoding, vr: string): DicomCoding {
  return vr === "UN" ? implicitLittle : coding;
}

function readTag(bytes: Buffer, at: number, { bigEndian }: DicomCoding): number {
  return bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt16LE(at) * 65536 + bytes.readUInt16LE(at + 2);
}

function readLong(bytes: Buffer, at: number, { bigEndian }: DicomCoding): number {
  return bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
}
