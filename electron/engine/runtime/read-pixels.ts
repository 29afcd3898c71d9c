/**
 * @file Pixels of a batch, as they come: in a message, or from the file that decoding wrote them to.
 */
import { readSync } from "node:fs";

import { BugError } from "../base/errors.ts";
import { keepOpen } from "../base/kept-file.ts";
import type { Pixels } from "./inference-messages.ts";

const descriptorOf = keepOpen("r");
let kept = new Uint8Array(0);

/**
 * @param bytesEach of one picture
 * @returns [pictures, bytesEach]; what was read from a file is overwritten by the next call
 */
export function readPixels(pixels: Pixels, bytesEach: number): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels;
  const { file, offsets } = pixels;
  const descriptor = descriptorOf(file);
  const total = offsets.length * bytesEach;
  if (kept.length < total) kept = new Uint8Array(total);
  for (const [index, offset] of offsets.entries()) {
    const read = readSync(descriptor, kept, index * bytesEach, bytesEach, offset);
    if (read !== bytesEach) throw new BugError(`${file} has ${read} bytes from ${offset} on; expected ${bytesEach}`);
  }
  return kept.subarray(0, total);
}
