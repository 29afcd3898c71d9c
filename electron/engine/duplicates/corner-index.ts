/**
 * @file Pictures that share corners, whatever an encoder thinks of them. The low bits of each word of a corner's description are a key (locality-sensitive hashing by sampled bits, Indyk and Motwani 1998):
 * descriptions that differ in a sixth of their bits agree in one of them now and then, strangers hardly ever, and dozens of corners vote. In a folder full of tilted pictures, whose black corners are all
 * that an encoder sees, none of a picture's neighbours is what it was made from; its corners still are.
 *
 * [Note: look-ups] A look-up of a large index misses every cache, and one that waits for the one before takes a third of a microsecond. So those of a picture are made together, before any of
 * what they found is read: a third less time.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { StageOptions } from "../base/stage.ts";
import { wordsPerCorner } from "./align/corners.ts";
import type { KeypointTable } from "./keypoints.ts";
import type { Fresh } from "./types.ts";

/** Words of a description that are keys; of very many corners fewer, which still finds most, in half the time. */
const keysOf = { few: 8, many: 4, manyCorners: 2_000_000 };
const keyBits = { least: 12, most: 20 };
/** Corners that so many have in common tell nothing (the edge of a frame, a checked ground), and cost most. */
const common = 64;
/** Votes below this are chance. */
const fewestVotes = 5;
/** Pictures told of each one. */
const mostOfOne = 8;

export interface CornerIndexInput {
  readonly keypoints: Pick<KeypointTable, "starts" | "bits">;
  /** Pairs are told of these only; of all where absent. */
  readonly fresh?: Fresh | undefined;
}

/** Calls `add` with each picture that is asked about and those that most of its corners look like. 5 s on one thread for 100,000 pictures, .2 s for one among them. */
export function pairByCorners(
  { keypoints, fresh }: CornerIndexInput,
  add: (a: number, b: number) => void,
  options: StageOptions = {},
): void {
  const { starts } = keypoints;
  const count = starts.length - 1;
  const asked = Array.from({ length: count }, (_, picture) => picture).filter(
    (picture) => starts[picture + 1] > starts[picture] && (fresh === undefined || fresh[picture] === 1),
  );
  if (asked.length === 0) return;
  const index = makeIndex(keypoints, asked);
  const slotOf = new Int32Array(count).fill(asked.length);
  asked.forEach((picture, slot) => (slotOf[picture] = slot));
  const best = new BestOfEach(asked.length);
  const votes = new Uint16Array(asked.length);
  const touched = new Int32Array(asked.length);
  for (let picture = 0; picture < count; picture++) {
    if ((picture & 255) === 0) throwIfAborted(options.signal);
    // Of two that are asked about the later one counts.
    const own = slotOf[picture];
    let some = 0;
    const looks = index.lookUp(starts[picture], starts[picture + 1]);
    for (let look = 0; look < looks; look++) {
      for (let at = index.from[look]; at < index.to[look]; at++) {
        const slot = index.slots[at];
        if (slot >= own) break;
        const before = votes[slot];
        if (before === 0) touched[some++] = slot;
        votes[slot] = before + 1;
      }
    }
    for (let at = 0; at < some; at++) {
      const slot = touched[at];
      if (votes[slot] >= fewestVotes) {
        best.keep(slot, picture, votes[slot]);
        if (own < asked.length) best.keep(own, asked[slot], votes[slot]);
      }
      votes[slot] = 0;
    }
  }
  best.each((slot, other) => add(asked[slot], other));
}

interface Index {
  /** The places in `asked` of those that have a key, key after key, word after word. */
  readonly slots: Int32Array;
  /** Of the look-ups made last: where in `slots` what they found begins and ends. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** How many keys of the corners [first, last) are had by any, and by no crowd. */
  lookUp(first: number, last: number): number;
}

function makeIndex({ starts, bits }: CornerIndexInput["keypoints"], asked: readonly number[]): Index {
  let corners = 0;
  let mostCorners = 0;
  for (let picture = 0; picture + 1 < starts.length; picture++) mostCorners = Math.max(mostCorners, starts[picture + 1] - starts[picture]);
  for (const picture of asked) corners += starts[picture + 1] - starts[picture];
  const words = corners > keysOf.manyCorners ? keysOf.many : keysOf.few;
  const keys = 1 << Math.min(keyBits.most, Math.max(keyBits.least, Math.ceil(Math.log2(corners + 1))));
  const keyOf = (word: number, corner: number): number => word * keys + (bits[corner * wordsPerCorner + word] & (keys - 1));
  const begins = new Int32Array(words * keys + 1);
  const slots = new Int32Array(words * corners);
  for (let word = 0; word < words; word++)
    for (const picture of asked)
      for (let corner = starts[picture]; corner < starts[picture + 1]; corner++) begins[keyOf(word, corner) + 1]++;
  for (let key = 0; key < words * keys; key++) begins[key + 1] += begins[key];
  const next = begins.slice();
  for (let word = 0; word < words; word++)
    for (let slot = 0; slot < asked.length; slot++)
      for (let corner = starts[asked[slot]]; corner < starts[asked[slot] + 1]; corner++) slots[next[keyOf(word, corner)]++] = slot;
  const from = new Int32Array(words * mostCorners);
  const to = new Int32Array(words * mostCorners);
  const lookUp = (first: number, last: number): number => {
    let looks = 0;
    for (let word = 0; word < words; word++)
      for (let corner = first; corner < last; corner++) {
        const key = keyOf(word, corner);
        from[looks] = begins[key];
        to[looks] = begins[key + 1];
        const found = to[looks] - from[looks];
        looks += found > 0 && found <= common ? 1 : 0;
      }
    return looks;
  };
  return { slots, from, to, lookUp };
}

/** Of each picture the others of most votes, the first of equals. */
class BestOfEach {
  readonly #others: Int32Array;
  readonly #votes: Uint16Array;

  constructor(count: number) {
    this.#others = new Int32Array(count * mostOfOne).fill(-1);
    this.#votes = new Uint16Array(count * mostOfOne);
  }

  keep(slot: number, other: number, votes: number): void {
    let least = slot * mostOfOne;
    for (let at = least + 1; at < (slot + 1) * mostOfOne; at++) if (this.#votes[at] < this.#votes[least]) least = at;
    if (this.#votes[least] >= votes) return;
    this.#others[least] = other;
    this.#votes[least] = votes;
  }

  each(tell: (slot: number, other: number) => void): void {
    this.#others.forEach((other, at) => {
      if (other >= 0) tell(Math.floor(at / mostOfOne), other);
    });
  }
}
