/**
 * @file Opens a DICOM file (PS3.10): with or without preamble and meta group, in whichever coding, unpacked where it is deflated.
 */
import { constants, inflateRawSync } from "node:zlib";

import { messageOf } from "../../../base/errors.ts";
import { DecodeError } from "../decode-error.ts";
import { isExplicitAt, readSet } from "./dicom-elements.ts";
import type { DicomSet } from "./dicom-elements.ts";
import { textOf } from "./dicom-values.ts";

export interface DicomFile {
  readonly set: DicomSet;
  readonly transferSyntax: string;
  /** What kind of object it is: the class of the meta group, else of the data set; empty where neither says. */
  readonly sopClass: string;
}

export const syntaxes = {
  implicitLittle: "1.2.840.10008.1.2",
  explicitLittle: "1.2.840.10008.1.2.1",
  deflated: "1.2.840.10008.1.2.1.99",
  explicitBig: "1.2.840.10008.1.2.2",
} as const;

/** The class of a DICOMDIR, which lists other files and holds no picture. */
export const directoryClass = "1.2.840.10008.1.3.10";

const metaTags = { class: 0x00020002, syntax: 0x00020010 };
const sopClassTag = 0x00080016;
const metaCoding = { bigEndian: false, explicit: true };
/** A deflated file may claim anything; no picture that is decoded needs more. */
const inflatedLimit = 512 * 1024 * 1024;

/** Throws `DecodeError`. What follows the pixels is not read. */
export function openDicom(bytes: Buffer): DicomFile {
  const start = bytes.length > 132 && bytes.toString("latin1", 128, 132) === "DICM" ? 132 : 0;
  const end = endOfMeta(bytes, start);
  const meta = readSet(bytes, metaCoding, { from: start, to: end });
  const named = textOf(meta, metaTags.syntax);
  const body = named === syntaxes.deflated ? inflateAfter(bytes, end) : { bytes, from: end };
  const big = named === syntaxes.explicitBig || (named === null && isBigEndianAt(body.bytes, body.from));
  // The bytes decide: writers name the wrong one of the two, or none.
  const explicit = isExplicitAt(body.bytes, body.from + 4);
  const set = readSet(body.bytes, { bigEndian: big, explicit }, { from: body.from, to: body.bytes.length, stopsAtPixels: true });
  const guessed = big ? syntaxes.explicitBig : explicit ? syntaxes.explicitLittle : syntaxes.implicitLittle;
  return { set, transferSyntax: named ?? guessed, sopClass: textOf(meta, metaTags.class) ?? textOf(set, sopClassTag) ?? "" };
}

/** The group of number 2 ends where another begins; its own length is often wrong. */
function endOfMeta(bytes: Buffer, start: number): number {
  let at = start;
  while (at + 8 <= bytes.length && bytes.readUInt16LE(at) === 2) {
    const isLong = ["OB", "UN", "UT", "OW", "UC", "UR", "SQ"].includes(bytes.toString("latin1", at + 4, at + 6));
    if (isLong && at + 12 > bytes.length) break;
    at += isLong ? 12 + bytes.readUInt32LE(at + 8) : 8 + bytes.readUInt16LE(at + 6);
  }
  return Math.min(at, bytes.length);
}

/** A first group below 256, seen from the other end. */
function isBigEndianAt(bytes: Buffer, at: number): boolean {
  return at + 6 <= bytes.length && bytes[at] === 0 && bytes[at + 1] !== 0 && isExplicitAt(bytes, at + 4);
}

function inflateAfter(bytes: Buffer, end: number): { bytes: Buffer; from: number } {
  try {
    const options = { maxOutputLength: inflatedLimit, finishFlush: constants.Z_SYNC_FLUSH };
    return { bytes: inflateRawSync(bytes.subarray(end), options), from: 0 };
  } catch (thrown) {
    const isBomb = thrown instanceof Error && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE";
    if (isBomb) throw new DecodeError("too-large", `the deflated DICOM file unpacks to more than ${inflatedLimit / 1048576} MB`);
    throw new DecodeError("corrupt", `the deflated DICOM file cannot be unpacked: ${messageOf(thrown)}`);
  }
}
