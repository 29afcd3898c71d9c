/**
 * @file The values of DICOM elements: numbers of either writing, and text in the character set that the file names (PS3.3 C.12.1.1.2).
 */
import type { DicomSet } from "./dicom-elements.ts";

/** Longer text is cut: nothing that is shown or filtered by needs more. */
const textLimit = 1024;

/** What `TextDecoder` calls the repertoires that a file may name. */
const encodings: Readonly<Record<string, string>> = {
  "13": "shift_jis",
  "101": "iso-8859-2",
  "109": "iso-8859-3",
  "110": "iso-8859-4",
  "126": "iso-8859-7",
  "127": "iso-8859-6",
  "138": "iso-8859-8",
  "144": "iso-8859-5",
  "148": "windows-1254",
  "166": "windows-874",
  "192": "utf-8",
  "203": "iso-8859-15",
};

/** And what an escape sequence switches to (PS3.3 tables C.12-3 and C.12-4). */
const escaped: Readonly<Record<string, string>> = {
  ")I": "shift_jis",
  "$)C": "euc-kr",
  "$)A": "gbk",
  "-A": "windows-1252",
  "-B": "iso-8859-2",
  "-C": "iso-8859-3",
  "-D": "iso-8859-4",
  "-F": "iso-8859-7",
  "-G": "iso-8859-6",
  "-H": "iso-8859-8",
  "-L": "iso-8859-5",
  "-M": "windows-1254",
  "-T": "windows-874",
};

/** The first value as text, without padding; null where it is missing or empty. */
export function textOf(set: DicomSet, tag: number): string | null {
  return textsOf(set, tag)[0] ?? null;
}

/** Every value as text; empty ones are null. */
export function textsOf(set: DicomSet, tag: number): (string | null)[] {
  const element = set.elements.get(tag);
  if (element === undefined) return [];
  const bytes = set.bytes.subarray(element.start, element.start + Math.min(element.length, textLimit));
  return decode(bytes, set.characterSets)
    .split("\\")
    .map((value) => {
      const text = value.replace(/[\x00-\x1f\x7f]+/g, " ").trim();
      return text === "" ? null : text;
    });
}

/** Numbers written as text (DS, IS) or as binary ones; what is no number is left out. */
export function numbersOf(set: DicomSet, tag: number): number[] {
  const element = set.elements.get(tag);
  if (element === undefined) return [];
  const width = binaryWidths[element.vr];
  if (width !== undefined)
    return Array.from({ length: Math.min(64, Math.floor(element.length / width)) }, (_, index) =>
      readBinary(set, { vr: element.vr, at: element.start + index * width }),
    );
  return set.bytes
    .toString("latin1", element.start, element.start + Math.min(element.length, textLimit))
    .split("\\")
    .map((text) => (/\d/.test(text) ? Number(text.replaceAll("\0", "").trim()) : Number.NaN))
    .filter(Number.isFinite);
}

export function numberOf(set: DicomSet, tag: number): number | null {
  return numbersOf(set, tag)[0] ?? null;
}

/** Value `index` of an element of 16-bit numbers (US, SS): the dictionary knows that, an implicit file does not say it. */
export function shortOf(set: DicomSet, tag: number, index = 0, signed = false): number | null {
  const element = set.elements.get(tag);
  if (element === undefined || element.length < index * 2 + 2) return null;
  return readBinary(set, { vr: signed ? "SS" : "US", at: element.start + index * 2 });
}

const binaryWidths: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8 };

function readBinary({ bytes, coding }: DicomSet, { vr, at }: { vr: string; at: number }): number {
  const big = coding.bigEndian;
  switch (vr) {
    case "SS":
      return big ? bytes.readInt16BE(at) : bytes.readInt16LE(at);
    case "UL":
      return big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    case "SL":
      return big ? bytes.readInt32BE(at) : bytes.readInt32LE(at);
    case "FL":
      return big ? bytes.readFloatBE(at) : bytes.readFloatLE(at);
    case "FD":
      return big ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at);
    default:
      return big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  }
}

/** Each piece in the set that the escape sequence before it names (ISO/IEC 2022); the first set that the file names rules before and between them. */
function decode(bytes: Buffer, characterSets: readonly string[]): string {
  if (bytes.every((byte) => byte < 128 && byte !== 0x1b)) return bytes.toString("latin1");
  const first = encodingOf(characterSets[0] ?? "");
  if (!bytes.includes(0x1b)) return decodePiece(bytes, first);

  const pieces = bytes.toString("latin1").split(/\x1b([ -/]+[0-~])/);
  return pieces
    .map((piece, index) => {
      if (index % 2 === 1) return "";
      const escape = index === 0 ? "" : (pieces[index - 1] as string);
      const isJapanese = escape.startsWith("$B") || escape.startsWith("$@") || escape.startsWith("$(D");
      if (isJapanese) return decodePiece(Buffer.from(`\x1b${escape}${piece}`, "latin1"), "iso-2022-jp");
      return decodePiece(Buffer.from(piece, "latin1"), escaped[escape] ?? first);
    })
    .join("");
}

function encodingOf(name: string): string {
  return /^GB(18030|K)$/.test(name) ? "gb18030" : (encodings[name.replace(/^.*IR /, "")] ?? "windows-1252");
}

function decodePiece(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}
