/**
 * @file Which pairs are worth decoding: near in the perceptual hash (any of eight orientations) or in mean colours, or neighbours in the encoder's space,
 * beyond chance in this collection. Proportions and 4 x 4 mean colours throw out most of what cannot be one picture; corners tell what may be an edit.
 *
 * [Note: crowded hashes] Thousands of contents may share a hash (blank pages, one icon in many colours). All pairs of them would be
 * millions, so among contents of one hash (more than `crowd` of them) or of two near hashes each is paired only with its next in order of
 * mean colour, and with the first content of that hash. Copies have equal colours and so stand beside each other. Linear in contents.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";
import { matchColours } from "./colour-index.ts";
import { matchHashes } from "./hash-index.ts";
import type { KeypointTable } from "./keypoints.ts";
import { findLaidPairs } from "./laid-pairs.ts";
import { inverseOrientation, orientations, orientedSteps, swapsSides } from "./picture.ts";
import type { Orientation } from "./picture.ts";
import { learnThreshold, thresholdOfGraph } from "./similarity-threshold.ts";
import { isAsked, type CandidatePair, type CandidateReason, type ContentFacts, type Fresh } from "./types.ts";

export interface CandidateInput {
  readonly contents: readonly ContentFacts[];
  /** Null before there are embeddings: hashes alone. */
  readonly graph: NeighbourGraph | null;
  /** [graph.count] position in `contents` of each row of the graph, -1 where it has none. */
  readonly rows: Int32Array;
  readonly seed: number;
  /** The vectors of the graph, to learn the threshold from; without them it comes from the graph. */
  readonly table?: VectorTable | null;
  /** Instead of the learnt one. */
  readonly similarityThreshold?: number;
  /** Of the contents, in their order; without them edits are looked for among pictures of near hashes only. */
  readonly keypoints?: KeypointTable | null;
  /** Only pairs with at least one of these are given; all where absent. */
  readonly fresh?: Fresh | undefined;
  /** [pairs, 2] positions of contents that are known to be of one picture: what is an edit of one may be of the other. Asked for beside `fresh`. */
  readonly relatives?: Int32Array | undefined;
}

const crowd = 32;
/** Edits lie further from what they were made from than copies, a tilt with black corners furthest; corners are asked in a moment. */
const leastSimilarityOfEdits = 0.5;
/** Two shots of a camera held still lie over each other as edits do: of those only the nearest are looked at, beside what hashes say. */
const nearestOfSameFraming = 8;
const nextInColour = 8;
const mostColourDifference = { mean: 24, single: 64 };
const orientedFields = orientations.map((orientation) => orientedSteps(4, 4, orientation));

/** Pairs in order of (a, b), each once. */
export function findCandidates(input: CandidateInput, options: StageOptions = {}): CandidatePair[] {
  const { contents, fresh } = input;
  const found = new PairTable(contents, fresh);
  addHashCandidates(input, found, options);
  matchColours(contents, (a, b) => found.addColour(a, b), { ...options, fresh });
  eachNeighbour(input, thresholdOf(input), options, (a, b, similarity) => found.addNeighbour(Math.min(a, b), Math.max(a, b), similarity));
  addEdits(input, found, options);
  return found.list();
}

interface Entry {
  reasons: Set<CandidateReason>;
  turns: { orientation: Orientation; distance: number }[];
  similarity: number | undefined;
  lookForScene: boolean;
  lookForEdits: boolean;
}

class PairTable {
  readonly #contents: readonly ContentFacts[];
  readonly #fresh: Fresh | undefined;
  readonly #entries = new Map<number, Entry>();

  constructor(contents: readonly ContentFacts[], fresh: Fresh | undefined) {
    this.#contents = contents;
    this.#fresh = fresh;
  }

  addHash(a: number, b: number, turn: { orientation: Orientation; distance: number }): void {
    if (!isAsked(this.#fresh, a, b) || !mayMatch(this.#contents[a], this.#contents[b], [turn.orientation])) return;
    const entry = this.#entry(a, b);
    entry.reasons.add("hash");
    if (turn.orientation === 0) entry.lookForEdits = true;
    const { width, height } = this.#contents[a];
    if (turn.distance === 0 && turn.orientation === 0 && width === this.#contents[b].width && height === this.#contents[b].height)
      entry.reasons.add("pixels");
    if (!entry.turns.some((known) => known.orientation === turn.orientation)) entry.turns.push(turn);
  }

  addColour(a: number, b: number): void {
    if (!mayMatch(this.#contents[a], this.#contents[b], [0])) return;
    const entry = this.#entry(a, b);
    entry.reasons.add("colour");
    if (!entry.turns.some((known) => known.orientation === 0)) entry.turns.push({ orientation: 0, distance: 0 });
  }

  addNeighbour(a: number, b: number, similarity: number): void {
    if (!mayMatch(this.#contents[a], this.#contents[b], orientations)) return;
    const entry = this.#entry(a, b);
    entry.reasons.add("embedding");
    entry.similarity = Math.max(similarity, entry.similarity ?? -1);
    entry.lookForScene = true;
  }

  addEdit(a: number, b: number): void {
    const entry = this.#entry(a, b);
    entry.reasons.add("keypoints");
    entry.lookForEdits = true;
  }

  looksForEdits(a: number, b: number): boolean {
    return this.#entries.get(a * this.#contents.length + b)?.lookForEdits === true;
  }

  list(): CandidatePair[] {
    const count = this.#contents.length;
    return [...this.#entries]
      .sort(([first], [second]) => first - second)
      .map(([key, { reasons, turns, similarity, lookForScene, lookForEdits }]) => ({
        a: Math.floor(key / count),
        b: key % count,
        reasons: [...reasons],
        ...((turns.length > 0 || reasons.has("keypoints")) && !reasons.has("embedding")
          ? { orientations: turns.sort((x, y) => x.distance - y.distance).map((turn) => turn.orientation) }
          : {}),
        ...(similarity === undefined ? {} : { similarity }),
        lookForScene,
        lookForEdits,
      }));
  }

  #entry(a: number, b: number): Entry {
    const key = a * this.#contents.length + b;
    let entry = this.#entries.get(key);
    if (!entry)
      this.#entries.set(key, (entry = { reasons: new Set(), turns: [], similarity: undefined, lookForScene: false, lookForEdits: false }));
    return entry;
  }
}

function addHashCandidates({ contents, fresh }: CandidateInput, found: PairTable, options: StageOptions): void {
  const classes = classesOfEqualHash(contents);
  const asked = fresh && Uint8Array.from(classes, (members) => (members.some((member) => fresh[member] === 1) ? 1 : 0));
  const add = (a: number, b: number, orientation: Orientation, distance: number): void => {
    // The orientation is a's. Where a and b change places, so does what must be turned.
    if (a < b) found.addHash(a, b, { orientation, distance });
    else if (b < a) found.addHash(b, a, { orientation: inverseOrientation(orientation), distance });
  };
  for (const members of classes) {
    const reach = members.length <= crowd ? members.length : nextInColour;
    for (let index = 0; index < members.length; index++) {
      for (let other = index + 1; other < Math.min(members.length, index + 1 + reach); other++) add(members[index], members[other], 0, 0);
      add(members[0], members[index], 0, 0);
    }
  }
  matchHashes(
    classes.map((members) => contents[members[0]].perceptual),
    ({ first, second, orientation, distance }) => {
      const [left, right] = [classes[first], classes[second]];
      if (left.length * right.length <= crowd) {
        for (const a of left) for (const b of right) add(a, b, orientation, distance);
        return;
      }
      const leftIsLarger = left.length >= right.length;
      const [many, few] = leftIsLarger ? [left, right] : [right, left];
      for (const member of many) {
        for (const other of nearestInColour(contents, member, few)) {
          if (leftIsLarger) add(member, other, orientation, distance);
          else add(other, member, orientation, distance);
        }
      }
    },
    { ...options, ...(asked === undefined ? {} : { asked: (item: number) => asked[item] === 1 }) },
  );
}

/** Positions of the contents of each hash, in order of mean colour. */
function classesOfEqualHash(contents: readonly ContentFacts[]): number[][] {
  const classes = new Map<string, number[]>();
  contents.forEach((content, index) => {
    const key = Buffer.from(content.perceptual.buffer, content.perceptual.byteOffset, 8).toString("latin1");
    const members = classes.get(key);
    if (members) members.push(index);
    else classes.set(key, [index]);
  });
  for (const members of classes.values()) members.sort((a, b) => meanColour(contents[a]) - meanColour(contents[b]) || a - b);
  return [...classes.values()];
}

/** The four members of `few` (in order of mean colour) around the mean colour of `item`, and its first. */
function nearestInColour(contents: readonly ContentFacts[], item: number, few: readonly number[]): Set<number> {
  const wanted = meanColour(contents[item]);
  let low = 0;
  let high = few.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (meanColour(contents[few[middle]]) < wanted) low = middle + 1;
    else high = middle;
  }
  return new Set([few[0], ...few.slice(Math.max(0, low - 2), low + 2)]);
}

/** What lies in the other as an edit would: neighbours, and what is within a frame. */
function addEdits(input: CandidateInput, found: PairTable, options: StageOptions): void {
  const { contents, keypoints, fresh, relatives } = input;
  if (!keypoints) return;
  const laid = findLaidPairs(
    {
      contents,
      keypoints,
      fresh,
      relatives,
      neighbours: (add) => eachNeighbour(input, leastSimilarityOfEdits, options, add),
    },
    options,
  );
  const sameFraming = new Set<number>();
  for (const { a, b, isSameFraming } of laid) {
    if (!isSameFraming) found.addEdit(a, b);
    else if (!found.looksForEdits(a, b)) sameFraming.add(a * contents.length + b);
  }
  const taken = new Uint8Array(contents.length);
  eachNeighbour(input, leastSimilarityOfEdits, options, (item, other) => {
    const [a, b] = [Math.min(item, other), Math.max(item, other)];
    if (taken[item] < nearestOfSameFraming && sameFraming.has(a * contents.length + b)) {
      taken[item]++;
      found.addEdit(a, b);
    }
  });
  // Found by their corners, and no neighbours of each other: where there are places left.
  for (const key of sameFraming) {
    const [a, b] = [Math.floor(key / contents.length), key % contents.length];
    if (found.looksForEdits(a, b) || taken[a] >= nearestOfSameFraming || taken[b] >= nearestOfSameFraming) continue;
    taken[a]++;
    taken[b]++;
    found.addEdit(a, b);
  }
}

/** Neighbours that are at least so alike, by position, the nearest of each first. */
function eachNeighbour(
  { graph, rows, contents, fresh }: CandidateInput,
  least: number,
  options: StageOptions,
  tell: (item: number, other: number, similarity: number) => void,
): void {
  if (graph === null) return;
  for (let row = 0; row < graph.count; row++) {
    if ((row & 1023) === 0) throwIfAborted(options.signal);
    const item = rows[row];
    if (item < 0 || item >= contents.length) continue;
    for (let at = row * graph.k; at < (row + 1) * graph.k; at++) {
      const similarity = graph.similarities[at];
      if (similarity < least) break; // descending within a row
      const other = graph.indices[at] < 0 ? -1 : rows[graph.indices[at]];
      if (other >= 0 && other !== item && other < contents.length && isAsked(fresh, item, other)) tell(item, other, similarity);
    }
  }
}

function thresholdOf({ similarityThreshold, table, seed, graph }: CandidateInput): number {
  if (similarityThreshold !== undefined) return similarityThreshold;
  if (table) return learnThreshold(table, createRandom(seed));
  return graph === null ? 1 : thresholdOfGraph(graph);
}

function meanColour(content: ContentFacts): number {
  let sum = 0;
  for (const value of content.colour) sum += value;
  return sum;
}

/** Could one be the other, laid in one of these ways? Proportions and coarse colours only. */
function mayMatch(a: ContentFacts, b: ContentFacts, tried: readonly Orientation[]): boolean {
  return tried.some((orientation) => {
    const [width, height] = swapsSides(orientation) ? [a.height, a.width] : [a.width, a.height];
    const slack = 1.5 / Math.min(width, height, b.width, b.height) + 0.004;
    return Math.abs((width * b.height) / (height * b.width) - 1) <= slack && coloursAreNear(a.colour, b.colour, orientation);
  });
}

function coloursAreNear(a: Uint8Array, b: Uint8Array, orientation: Orientation): boolean {
  const { start, stepX, stepY } = orientedFields[orientation];
  let sum = 0;
  for (let field = 0; field < 16; field++) {
    const from = 3 * (start + (field & 3) * stepX + (field >> 2) * stepY);
    for (let channel = 0; channel < 3; channel++) {
      const difference = Math.abs(a[from + channel] - b[3 * field + channel]);
      if (difference > mostColourDifference.single) return false;
      sum += difference;
    }
  }
  return sum <= 48 * mostColourDifference.mean;
}
