/**
 * @file Finds all pairs of 64-bit hashes within `hashRadius` bits, in any of eight orientations (multi-index hashing: Norouzi, Punjani and
 * Fleet 2012). A hash is cut into four bands of 16 bits; of two hashes at most 7 bits apart, at least one band differs in at most one
 * bit, so each hash looks into 4 x 17 buckets instead of at every other hash.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { StageOptions } from "../base/stage.ts";
import { orientations as allOrientations } from "./picture.ts";
import type { Orientation } from "./picture.ts";

export const hashRadius = 7;
const bands = 4;
const bandValues = 65536;
/** A band value that very many hashes share tells nothing; the other three bands still find the pair. */
const leastBucketLimit = 512;

export interface HashMatch {
  /** Positions in the list of hashes, first < second. */
  readonly first: number;
  readonly second: number;
  readonly orientation: Orientation;
  readonly distance: number;
}

export interface HashOptions extends StageOptions {
  /** Those that are looked for; all eight where absent. */
  readonly orientations?: readonly Orientation[];
  /** Only pairs with at least one of these are told: what is new among much that is known. All where absent. */
  readonly asked?: (item: number) => boolean;
}

/**
 * @param hashes [count] of [8 orientations, 8 bytes], or as many as are looked for; no two may be equal in orientation 0
 * @param found called for every pair and orientation within the radius; `orientation` is that of `first`
 */
export function matchHashes(hashes: readonly Uint8Array[], found: (match: HashMatch) => void, options: HashOptions = {}): void {
  const { orientations = allOrientations, asked = () => true } = options;
  const count = hashes.length;
  const words = new Uint16Array(count * bands);
  for (let item = 0; item < count; item++) {
    for (let band = 0; band < bands; band++) words[item * bands + band] = bandOf(hashes[item], 0, band);
  }
  const indexOf = (items: Int32Array): BandIndex[] => Array.from({ length: bands }, (_, band) => indexBand(words, band, items));
  const all = Int32Array.from({ length: count }, (_, item) => item);
  const ofAll = indexOf(all);
  // The two of a pair cannot change places: turned back, a hash may be a bit or two off, since its median moves with the signs.
  const ofAsked = options.asked === undefined ? ofAll : indexOf(all.filter(asked));
  const bucketLimit = Math.max(leastBucketLimit, count >> 5);
  const seen = new Int32Array(count).fill(-1);
  const query = new Uint16Array(bands);
  for (let item = 0; item < count; item++) {
    if ((item & 127) === 0) {
      throwIfAborted(options.signal);
      options.onProgress?.(item, count);
    }
    const indexes = asked(item) ? ofAll : ofAsked;
    for (const orientation of orientations) {
      const stamp = item * 8 + orientation;
      for (let band = 0; band < bands; band++) query[band] = bandOf(hashes[item], orientation, band);
      for (let band = 0; band < bands; band++) {
        const { starts, items } = indexes[band];
        for (let flip = -1; flip < 16; flip++) {
          const value = flip < 0 ? query[band] : query[band] ^ (1 << flip);
          const end = starts[value + 1];
          if (end - starts[value] > bucketLimit) continue;
          for (let at = end - 1; at >= starts[value]; at--) {
            const other = items[at];
            if (other <= item) break; // ascending within a bucket
            if (seen[other] === stamp) continue;
            seen[other] = stamp;
            const distance = distanceOf(query, words, other * bands);
            if (distance <= hashRadius) found({ first: item, second: other, orientation, distance });
          }
        }
      }
    }
  }
  options.onProgress?.(count, count);
}

function bandOf(hash: Uint8Array, orientation: number, band: number): number {
  const at = orientation * 8 + band * 2;
  return (hash[at] << 8) | hash[at + 1];
}

interface BandIndex {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

/** `indexed` (ascending) by the value of one band: those of value v are items[starts[v] .. starts[v + 1]), ascending. */
function indexBand(words: Uint16Array, band: number, indexed: Int32Array): BandIndex {
  const starts = new Int32Array(bandValues + 1);
  for (const item of indexed) starts[words[item * bands + band] + 1]++;
  for (let value = 0; value < bandValues; value++) starts[value + 1] += starts[value];
  const next = starts.slice(0, bandValues);
  const items = new Int32Array(indexed.length);
  for (const item of indexed) items[next[words[item * bands + band]]++] = item;
  return { starts, items };
}

function distanceOf(query: Uint16Array, words: Uint16Array, at: number): number {
  return (
    bitCount(((query[0] ^ words[at]) << 16) | (query[1] ^ words[at + 1])) +
    bitCount(((query[2] ^ words[at + 2]) << 16) | (query[3] ^ words[at + 3]))
  );
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
