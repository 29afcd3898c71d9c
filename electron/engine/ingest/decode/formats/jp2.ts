/**
 * @file JPEG 2000, in JP2 files and as bare codestreams: grey and colour by OpenJPEG, halved while decoding as often as that leaves enough. The codec takes
 * one or three components; alpha and inks are refused by name.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput, Want } from "../decoder.ts";
import { decodeCodestream } from "./codestreams.ts";
import { readJp2Header } from "./jp2-header.ts";
import type { Jp2Header } from "./jp2-header.ts";
import { throughProfile } from "./profile.ts";
import { onWhite, toEightBits } from "./samples.ts";

/** The codec keeps each sample as a whole number of four bytes. */
const memoryPerPixel = 25;

export async function decodeJp2({ bytes, want }: DecodeInput): Promise<Decoded> {
  if (bytes.length < 16) throw new DecodeError("truncated", "the file ends inside its header");
  const header = readJp2Header(bytes);
  const { width, height, components, bits } = header;
  if (components !== 1 && components !== 3)
    throw new DecodeError("unsupported", `JPEG 2000 of ${components} components (alpha or inks) cannot be read yet`);
  if (header.isSubsampled) throw new DecodeError("unsupported", "JPEG 2000 with components of different sizes cannot be read yet");
  const level = halvings(header, want);
  checkSize(width, height, Math.max(1, memoryPerPixel / 4 ** level));
  const samples = await decodeSamples(bytes, level);
  const scale = 2 ** level;
  const size = { width: Math.ceil(width / scale), height: Math.ceil(height / scale) };
  const { channels } = samples;
  if (samples.data.length !== size.width * size.height * channels)
    throw new DecodeError("corrupt", `the codestream gave ${samples.data.length} of ${size.width * size.height * channels} samples`);
  if (header.isYcc && channels === 3) toRgb(samples.data);
  const picture = await throughProfile({ ...size, data: onWhite(samples.data, channels) }, channels === 3 ? header.profile : null);
  const decoded = wholePicture(want, picture, { format: "jp2", channels, bitDepth: bits, hasAlpha: false });
  return { ...decoded, facts: { ...decoded.facts, width, height }, fullResolution: level === 0 };
}

function halvings({ width, height, levels }: Jp2Header, want: Want): number {
  if (want.kind !== "at-least") return 0;
  let level = 0;
  const leaves = (next: number): boolean =>
    Math.min(width, height) / 2 ** next >= want.shortSide && Math.max(width, height) / 2 ** next >= want.longSide;
  while (level < levels && leaves(level + 1)) level++;
  return level;
}

async function decodeSamples(bytes: Buffer, level: number): Promise<{ data: Uint8Array; channels: 1 | 3 }> {
  const frame = await decodeCodestream("jpeg2000", bytes, level);
  return { data: toLevels(frame.bytes, frame), channels: frame.components === 1 ? 1 : 3 };
}

/** Signed samples are moved so that the least is black, as the standard's own level shift does. */
function toLevels(raw: Uint8Array, { bits, signed }: { bits: number; signed: boolean }): Uint8Array {
  const shift = signed ? 2 ** (bits - 1) : 0;
  if (bits <= 8)
    return toEightBits(
      Uint8Array.from(raw, (value) => (signed ? (value << 24) >> 24 : value) + shift),
      2 ** bits - 1,
    );
  const words = new Uint16Array(raw.length / 2);
  for (let at = 0; at < words.length; at++) {
    const word = (raw[at * 2] as number) | ((raw[at * 2 + 1] as number) << 8);
    words[at] = (signed ? (word << 16) >> 16 : word) + shift;
  }
  return toEightBits(words, 2 ** bits - 1);
}

/** In place; full range, ISO/IEC 15444-1 annex M. */
function toRgb(ycc: Uint8Array): void {
  const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));
  for (let at = 0; at < ycc.length; at += 3) {
    const y = ycc[at] as number;
    const cb = (ycc[at + 1] as number) - 128;
    const cr = (ycc[at + 2] as number) - 128;
    ycc[at] = clamp(y + 1.402 * cr);
    ycc[at + 1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
    ycc[at + 2] = clamp(y + 1.772 * cb);
  }
}
