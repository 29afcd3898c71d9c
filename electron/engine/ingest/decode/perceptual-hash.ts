/**
 * @file The DCT hash of a picture ("pHash": Zauner 2010, "Implementation and benchmarking of perceptual image hash functions"): 64 signs
 * of the low frequencies of its 32 x 32 grey version against their median. Turning or mirroring a picture only swaps and negates
 * frequencies, so all eight orientations come from one transform.
 */

/** Order of the hashes: the picture as it is, turned clockwise by 90, 180, 270 degrees, then mirrored left-right and turned likewise. */
export const hashOrientations = ["0", "90", "180", "270", "mirrored 0", "mirrored 90", "mirrored 180", "mirrored 270"] as const;

export const hashSide = 32;
const low = 8;

/** cosines[u * 32 + x] = cos((2x + 1) u pi / 64), u = 0..7; the scale of row 0 does not matter to signs against a median. */
const cosines = Float64Array.from({ length: low * hashSide }, (_, index) =>
  Math.cos(((2 * (index % hashSide) + 1) * Math.floor(index / hashSide) * Math.PI) / (2 * hashSide)),
);

/**
 * @param grey [32, 32] values 0..255
 * @returns [8 orientations, 8 bytes]; bit v * 8 + u (most significant first) is the frequency u across, v down.
 */
export function perceptualHashes(grey: Float32Array | Float64Array): Uint8Array {
  const spectrum = lowFrequencies(grey);
  const hashes = new Uint8Array(64);
  const turned = new Float64Array(64);
  turns.forEach(({ sources, signs }, orientation) => {
    for (let at = 0; at < turned.length; at++) turned[at] = (signs[at] as number) * (spectrum[sources[at] as number] as number);
    writeSigns(turned, hashes, orientation * 8);
  });
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

function lowFrequencies(grey: Float32Array | Float64Array): Float64Array {
  const rows = new Float64Array(hashSide * low); // [y, u]
  for (let y = 0; y < hashSide; y++) {
    for (let u = 0; u < low; u++) {
      let sum = 0;
      for (let x = 0; x < hashSide; x++) sum += (grey[y * hashSide + x] as number) * (cosines[u * hashSide + x] as number);
      rows[y * low + u] = sum;
    }
  }
  const spectrum = new Float64Array(low * low); // [v, u]
  for (let v = 0; v < low; v++) {
    for (let u = 0; u < low; u++) {
      let sum = 0;
      for (let y = 0; y < hashSide; y++) sum += (rows[y * low + u] as number) * (cosines[v * hashSide + y] as number);
      spectrum[v * low + u] = sum;
    }
  }
  return spectrum;
}

interface Turn {
  /** [v, u] of the frequency that is found there once the picture lies so, and its sign. */
  readonly sources: Uint8Array;
  readonly signs: Float64Array;
}

/** Reversing an axis negates its odd frequencies; swapping the axes swaps u and v. Mirroring comes first, then the quarter turns. */
const turns: readonly Turn[] = Array.from({ length: 8 }, (_, orientation) => {
  const mirrored = orientation >= 4;
  const quarter = orientation & 3;
  const swapped = (quarter & 1) === 1;
  // Clockwise by 90: new(x, y) = old(y, 31 - x), so the old vertical axis is reversed; by 270 the old horizontal one; by 180 both.
  const reverseU = (quarter === 2 || quarter === 3) !== mirrored;
  const reverseV = quarter === 1 || quarter === 2;
  const places = Array.from({ length: low * low }, (__, at) => {
    const [v, u] = [Math.floor(at / low), at % low];
    return swapped ? { sourceU: v, sourceV: u } : { sourceU: u, sourceV: v };
  });
  return {
    sources: Uint8Array.from(places, ({ sourceU, sourceV }) => sourceV * low + sourceU),
    signs: Float64Array.from(places, ({ sourceU, sourceV }) => (reverseU && (sourceU & 1) === 1 ? -1 : 1) * (reverseV && (sourceV & 1) === 1 ? -1 : 1)), // prettier-ignore
  };
});

/** A hair above the median, so that the rounding noise of an empty picture sets no bits. */
function writeSigns(frequencies: Float64Array, hashes: Uint8Array, at: number): void {
  const sorted = sortedCopy(frequencies);
  const threshold = ((sorted[31] as number) + (sorted[32] as number)) / 2 + 1e-6;
  for (let bit = 0; bit < 64; bit++) {
    if ((frequencies[bit] as number) > threshold) hashes[at + (bit >> 3)] = (hashes[at + (bit >> 3)] as number) | (0x80 >> (bit & 7));
  }
}

const sortedRoom = new Float64Array(low * low);

/** By insertion, which of so few numbers costs half of what `sort` does. Overwritten by the next call. */
function sortedCopy(values: Float64Array): Float64Array {
  for (let next = 0; next < values.length; next++) {
    const value = values[next] as number;
    let at = next;
    for (; at > 0 && (sortedRoom[at - 1] as number) > value; at--) sortedRoom[at] = sortedRoom[at - 1] as number;
    sortedRoom[at] = value;
  }
  return sortedRoom;
}
