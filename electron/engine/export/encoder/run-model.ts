/**
 * @file What a written model makes of some pictures, and how far two such answers are apart: exports are held against the app by it.
 */
import { BugError, throwIfAborted } from "../../base/errors.ts";
import { openInference } from "../../runtime/inference.ts";
import type { OpenRequest } from "../../runtime/inference-messages.ts";

/** Pictures in one run: some 100 ms. */
const rows = 16;

/** @param pixels [count, size, size, 3] @returns [count, dimensions] */
export async function runModel(
  request: Omit<OpenRequest, "kind" | "device">,
  pixels: Uint8Array,
  count: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { dimensions, input } = request;
  const session = await openInference({ ...request, device: "cpu" });
  const bytes = 3 * input.size ** 2;
  const made = new Float32Array(count * dimensions);
  try {
    for (let from = 0; from < count; from += rows) {
      throwIfAborted(signal);
      const until = Math.min(count, from + rows);
      made.set(await session.embed(pixels.slice(from * bytes, until * bytes), until - from), from * dimensions);
    }
  } finally {
    await session.close();
  }
  return made;
}

/** The largest difference of any two numbers in the same place. */
export function farthest(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) throw new BugError(`${one.length} numbers are held against ${other.length}`);
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] as number))), 0);
}
