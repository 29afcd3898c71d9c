/**
 * @file libjpeg-turbo, called directly: decodes an ordinary JPEG in full in less time than libvips takes to decode a quarter of it, and writes
 * a thumbnail in a tenth. Where the package has no binary for this system, everything goes through sharp; `turboWhy` says so.
 */
import { createRequire } from "node:module";

import { messageOf } from "../../base/errors.ts";
import type { Picture } from "./types.ts";

type Turbo = typeof import("@julusian/jpeg-turbo");

/** Buffers up to this size are kept for the next picture (16 megapixels); larger ones live as long as theirs. */
const keptBytes = 48_000_000;

let loaded: { readonly turbo: Turbo | null; readonly why: string } | null = null;
let kept: Buffer = Buffer.alloc(0);
let written: Buffer = Buffer.alloc(0);

/** True where `decodeTurbo` and `encodeTurbo` may be called. */
export function hasTurbo(): boolean {
  return load().turbo !== null;
}

/** One line for `doctor`: that JPEGs are decoded directly, or why they are not. */
export function turboWhy(): string {
  return load().why;
}

/**
 * Every pixel as stored (not upright). Null for anything that libjpeg-turbo as much as warns of: libvips then tells what is wrong, or
 * reads it all the same. `data` may be longer than the picture and is overwritten by the next call: use it before any `await`.
 */
export function decodeTurbo(bytes: Buffer, width: number, height: number): Picture | null {
  const { turbo } = load();
  if (turbo === null) return null;
  const needed = width * height * 3;
  const buffer = kept.length >= needed ? kept : Buffer.allocUnsafeSlow(needed);
  if (needed <= keptBytes) kept = buffer;
  try {
    const decoded = turbo.decompressSync(bytes, buffer, { format: turbo.FORMAT_RGB });
    return decoded.width === width && decoded.height === height ? { width, height, data: plain(buffer) } : null;
  } catch {
    return null;
  }
}

/** JPEG bytes, colour at half resolution; null where there is no libjpeg-turbo. */
export function encodeTurbo(picture: Picture, quality: number): Buffer | null {
  const { turbo } = load();
  if (turbo === null) return null;
  const { width, height, data } = picture;
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const options = { format: turbo.FORMAT_RGB, width, height, quality, subsampling: turbo.SAMP_420 };
  const worst = turbo.bufferSize(options);
  if (written.length < worst) written = Buffer.allocUnsafeSlow(worst);
  const coded = turbo.compressSync(raw, written, options);
  // Memory of its own: the next picture is written over this one, and the worst case is ten times what a picture takes.
  const tight = Buffer.allocUnsafeSlow(coded.length);
  coded.copy(tight);
  return tight;
}

/** A Uint8Array over the same memory: kernels and comparisons take no subclass. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function load(): { readonly turbo: Turbo | null; readonly why: string } {
  if (loaded !== null) return loaded;
  try {
    // Not an import: a missing binary must not cost the whole process.
    const turbo = createRequire(import.meta.url)("@julusian/jpeg-turbo") as Turbo;
    loaded = { turbo, why: "JPEGs are decoded by libjpeg-turbo." };
  } catch (thrown) {
    loaded = { turbo: null, why: `JPEGs are decoded by libvips, at half the speed: ${messageOf(thrown).split("\n")[0] ?? ""}` };
  }
  return loaded;
}
