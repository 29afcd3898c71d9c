/**
 * @file Bytes to the encoder's numbers, and its numbers to unit vectors.
 */
import { UserError } from "../base/errors.ts";
import type { InputSpecification } from "./inference-messages.ts";

/** (value - mean) / std for each of the 256 byte values of each of the encoder's channels. */
export function makeLookup(input: InputSpecification): Float32Array {
  const lookup = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++)
    for (let value = 0; value < 256; value++)
      lookup[channel * 256 + value] = (value - (input.mean[channel] as number)) / (input.std[channel] as number);
  return lookup;
}

/**
 * Fills `target` from interleaved RGB bytes.
 * @param pixels [count, size, size, 3]
 * @param target [count, 3, size, size] or [count, size, size, 3] by the input's layout
 */
export function fillInput(pixels: Uint8Array, count: number, input: InputSpecification, lookup: Float32Array, target: Float32Array): void {
  const plane = input.size * input.size;
  if (pixels.length !== count * plane * 3)
    throw new UserError(
      "bad-tensor",
      `${pixels.length} bytes of pixels for ${count} pictures of ${input.size} px; expected ${count * plane * 3}`,
    );
  // Where the encoder's first and third channel lie in a pixel of bytes.
  const [first, third] = input.colour === "RGB" ? [0, 2] : [2, 0];
  if (input.layout === "NHWC") {
    for (let at = 0; at < pixels.length; at += 3) {
      target[at] = lookup[pixels[at + first] as number] as number;
      target[at + 1] = lookup[256 + (pixels[at + 1] as number)] as number;
      target[at + 2] = lookup[512 + (pixels[at + third] as number)] as number;
    }
    return;
  }
  for (let item = 0; item < count; item++) {
    const start = item * plane * 3;
    const second = start + plane;
    const last = second + plane;
    for (let pixel = 0, at = start; pixel < plane; pixel++, at += 3) {
      target[start + pixel] = lookup[pixels[at + first] as number] as number;
      target[second + pixel] = lookup[256 + (pixels[at + 1] as number)] as number;
      target[last + pixel] = lookup[512 + (pixels[at + third] as number)] as number;
    }
  }
}

/** Makes each row of `values` [count, dimensions] unit length, in place. A row that is not finite or is zero is an error. */
export function normaliseRows(values: Float32Array, count: number, dimensions: number): Float32Array {
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    let sum = 0;
    for (let index = start; index < start + dimensions; index++) sum += (values[index] as number) ** 2;
    if (!Number.isFinite(sum) || sum === 0)
      throw new UserError(
        "bad-embedding",
        `The encoder gave a vector of length ${Math.sqrt(sum)} for picture ${row} of the batch; expected a finite one above 0`,
      );
    const scale = 1 / Math.sqrt(sum);
    for (let index = start; index < start + dimensions; index++) values[index] = (values[index] as number) * scale;
  }
  return values;
}
