/**
 * @file Every implementation of the kernels that can run here: the TypeScript twins and, where the addon is built, each set of instructions.
 * The addon is built first, so a test run on a machine with a compiler always covers it; without one the reason is shown as the variant's absence.
 */
import { nativeVariants, typescriptKernels, type Kernels } from "#native/kernels.ts";

import { buildNative } from "../../build/native.mjs";

export interface Variant {
  readonly name: string;
  readonly kernels: Kernels;
}

export const built = process.env["LIKENESS_NATIVE"] ? { built: false, path: null, why: "LIKENESS_NATIVE is set" } : await buildNative();

export const variants: readonly Variant[] = [
  { name: "typescript", kernels: typescriptKernels("asked for by a test") },
  ...nativeVariants().map(({ level, kernels }) => ({ name: `native ${level}`, kernels })),
];

/** Unit rows of normal numbers. */
export function unitRows(count: number, dimensions: number, normal: () => number): Float32Array {
  const vectors = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const values = Array.from({ length: dimensions }, normal);
    const size = Math.hypot(...values) || 1;
    values.forEach((value, at) => (vectors[row * dimensions + at] = value / size));
  }
  return vectors;
}
