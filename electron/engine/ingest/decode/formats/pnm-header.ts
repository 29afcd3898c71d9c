/**
 * @file Headers of the PNM family: P1 to P6 and PF, Pf are numbers between white space, P7 (PAM) is lines of a name and a value.
 */
import { DecodeError } from "../decode-error.ts";

export interface PnmHeader {
  readonly kind: "text" | "bits" | "bytes" | "floats";
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** The sample that is white (1 for bitmaps and floats). */
  readonly largest: number;
  readonly pixelsAt: number;
  /** P1 and P4: 1 is black. */
  readonly isBitmap: boolean;
  readonly littleEndian: boolean;
}

/** A header is a few dozen bytes; comments may make it longer, but not endless. */
const headerLimit = 65_536;

export function readPnmHeader(bytes: Buffer): PnmHeader {
  const magic = bytes.toString("latin1", 0, 2);
  if (magic === "P7") return readPam(bytes);
  const isBitmap = magic === "P1" || magic === "P4";
  const isFloat = magic === "PF" || magic === "Pf";
  const { tokens, end } = readTokens(bytes, isBitmap ? 2 : 3);
  const [width, height] = tokens.slice(0, 2).map(wholeNumber) as [number, number];
  const scale = Number(tokens[2]);
  if (isFloat && !(Number.isFinite(scale) && scale !== 0))
    throw new DecodeError("corrupt", `the scale of the float map is "${String(tokens[2])}"`);
  return {
    kind: isFloat ? "floats" : magic === "P4" ? "bits" : magic <= "P3" ? "text" : "bytes",
    width,
    height,
    channels: magic === "P3" || magic === "P6" || magic === "PF" ? 3 : 1,
    largest: isBitmap || isFloat ? 1 : largestOf(tokens[2] as string),
    pixelsAt: end,
    isBitmap,
    littleEndian: scale < 0,
  };
}

/** `count` tokens behind the magic, and the place behind the one white space that ends the last. */
function readTokens(bytes: Buffer, count: number): { tokens: string[]; end: number } {
  const tokens: string[] = [];
  let at = 2;
  while (tokens.length < count) {
    if (at >= bytes.length || at > headerLimit) throw new DecodeError("truncated", "the file ends inside the header of the PNM");
    const byte = bytes[at] as number;
    if (byte === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    else if (isSpace(byte)) at++;
    else {
      const start = at;
      while (at < bytes.length && at - start < 32 && !isSpace(bytes[at] as number) && bytes[at] !== 0x23) at++;
      tokens.push(bytes.toString("latin1", start, at));
    }
  }
  return { tokens, end: Math.min(at + 1, bytes.length) };
}

function readPam(bytes: Buffer): PnmHeader {
  const text = bytes.toString("latin1", 0, Math.min(bytes.length, headerLimit));
  const end = /\nENDHDR[^\n]*\n/.exec(text);
  if (end === null) throw new DecodeError(bytes.length < headerLimit ? "truncated" : "corrupt", "the PAM has no end of its header");
  const values = new Map<string, string>();
  for (const line of text.slice(0, end.index).split("\n").slice(1)) {
    const match = /^\s*([A-Z]+)\s+(.*?)\s*$/.exec(line);
    if (match !== null) values.set(match[1] as string, match[2] as string);
  }
  const depth = wholeNumber(values.get("DEPTH") ?? "");
  if (depth < 1 || depth > 4) throw new DecodeError("unsupported", `a PAM of ${depth} channels`);
  return {
    kind: "bytes",
    width: wholeNumber(values.get("WIDTH") ?? ""),
    height: wholeNumber(values.get("HEIGHT") ?? ""),
    channels: depth as 1 | 2 | 3 | 4,
    largest: largestOf(values.get("MAXVAL") ?? ""),
    pixelsAt: end.index + end[0].length,
    isBitmap: false,
    littleEndian: false,
  };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new DecodeError("corrupt", `the header of the PNM says "${text}" where a number belongs`);
  return Number(text);
}

function largestOf(text: string): number {
  const largest = wholeNumber(text);
  if (largest < 1 || largest > 65535) throw new DecodeError("corrupt", `the largest sample is said to be ${largest}`);
  return largest;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
