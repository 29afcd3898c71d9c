/**
 * @file The DCT hash of a picture ("pHash": Zauner 2010, "Implementation and benchmarking of perceptual image hash functions"): 64 signs
 * of the low frequencies of its 32 x 32 grey version against their median. Turning or mirroring a picture only swaps and negates
 * frequencies, so all eight orientations come from one transform.
 */
import { loadKernels } from "#native/kernels.ts";
import { hashFrequencies, hashSide } from "#native/twins/perceptual-hashes.ts";

export { hashSide };

/** Order of the hashes: the picture as it is, turned clockwise by 90, 180, 270 degrees, then mirrored left-right and turned likewise. */
export const hashOrientations = ["0", "90", "180", "270", "mirrored 0", "mirrored 90", "mirrored 180", "mirrored 270"] as const;

/** [x, u] cos((2x + 1) u pi / 64), u = 0..7; the scale of u = 0 does not matter to signs against a median. */
const cosines = Float64Array.from({ length: hashSide * hashFrequencies }, (_, index) =>
  Math.cos(((2 * Math.floor(index / hashFrequencies) + 1) * (index % hashFrequencies) * Math.PI) / (2 * hashSide)),
);

/**
 * @param grey [32, 32] values 0..255
 * @returns [8 orientations, 8 bytes]; bit v * 8 + u (most significant first) is the frequency u across, v down.
 */
export function perceptualHashes(grey: Float32Array): Uint8Array {
  const hashes = new Uint8Array(hashOrientations.length * 8);
  loadKernels().perceptualHashes({ grey, cosines, hashes });
  return hashes;
}

/** Bits in which two 8-byte hashes differ. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < 8; index++) {
    for (let bits = (a[index] as number) ^ (b[index] as number); bits !== 0; bits &= bits - 1) count++;
  }
  return count;
}
