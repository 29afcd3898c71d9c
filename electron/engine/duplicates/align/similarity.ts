/**
 * @file How one picture lies in another, from corners that look alike (native/twins/lay-corners.ts). A guess to a pixel or two; refine.ts makes it exact, and compare-aligned.ts alone decides.
 */
import type { Affine } from "#protocol/affine.ts";
import { loadKernels } from "#native/kernels.ts";

import type { Corners } from "./corners.ts";

export interface Lie {
  /** From the second picture into the first. */
  readonly affine: Affine;
  readonly inliers: number;
}

/** Null where too few corners agree. */
export function findSimilarity(first: Corners, second: Corners): Lie | null {
  const found = new Float64Array(5);
  loadKernels().layCorners({
    starts: Int32Array.of(0, first.count, first.count + second.count),
    x: joined(Float32Array, first.x, second.x),
    y: joined(Float32Array, first.y, second.y),
    bits: joined(Int32Array, first.bits, second.bits),
    pairs: Int32Array.of(0, 1),
    found,
    threads: 1,
  });
  const [cosine = 0, sine = 0, right = 0, down = 0, inliers = 0] = found;
  return inliers === 0 ? null : { affine: [cosine, -sine, right, sine, cosine, down], inliers };
}

function joined<A extends Float32Array | Int32Array>(make: new (length: number) => A, one: A, other: A): A {
  const both = new make(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
