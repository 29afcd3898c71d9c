/**
 * @file Which pictures may be edits of each other: corners of one lie in the other as an edit would have put them. Asked of near neighbours, of pictures whose hash is that of what lies within another's
 * frame, of pictures that share corners, and of what two neighbours of one picture are to each other; no file is read for it.
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import { throwIfAborted } from "../base/errors.ts";
import type { StageOptions } from "../base/stage.ts";
import { framingOf } from "./align/geometry.ts";
import { pairByCorners } from "./corner-index.ts";
import { matchHashes } from "./hash-index.ts";
import { keypointsSide, type KeypointTable } from "./keypoints.ts";
import { isLarge } from "./picture.ts";
import { isAsked, type ContentFacts, type Fresh } from "./types.ts";

export interface LaidPair {
  /** Positions, a < b. */
  readonly a: number;
  readonly b: number;
  /** Each shows all of the other. */
  readonly isSameFraming: boolean;
}

export interface LaidInput {
  readonly contents: readonly ContentFacts[];
  readonly keypoints: KeypointTable;
  /** Calls `add` for each pair worth laying; more than once does no harm. */
  readonly neighbours: (add: (a: number, b: number) => void) => void;
  /** Only pairs with at least one of these are laid; all where absent. */
  readonly fresh?: Fresh | undefined;
  /** [pairs, 2] positions that are known to lie over each other and need not be laid for it. */
  readonly relatives?: Int32Array | undefined;
}

/** Pairs in one call of the kernel: some 40 ms. */
const pairsPerCall = 2000;
/** Pixels of the small picture that a corner may lie outside by. */
const slack = 5;
/** Pictures that lie in one are laid over each other too, unless it is one of a crowd (a burst, a video). */
const crowd = 32;
const mostOfOneHash = 8;

export function findLaidPairs(input: LaidInput, options: StageOptions = {}): LaidPair[] {
  const { contents, neighbours, fresh, relatives = new Int32Array(0) } = input;
  const tried = new Set<number>();
  const found: LaidPair[] = [];
  const lay = (gather: (add: (a: number, b: number) => void) => void): void => {
    const pairs: number[] = [];
    gather((one, other) => {
      const [a, b] = [Math.min(one, other), Math.max(one, other)];
      const key = a * contents.length + b;
      if (a === b || !isAsked(fresh, a, b) || tried.has(key) || !isLarge(contents[a]) || !isLarge(contents[b])) return;
      tried.add(key);
      pairs.push(a, b);
    });
    for (const pair of layPairs(input, pairs, options)) found.push(pair);
  };
  lay(neighbours);
  lay((add) => matchFramed(input, add, options));
  lay((add) => pairByCorners(input, add, options));
  lay((add) => neighboursOfNeighbours(found, relatives, add));
  return found.sort((one, other) => one.a - other.a || one.b - other.b);
}

function* layPairs({ contents, keypoints }: LaidInput, pairs: readonly number[], options: StageOptions): Generator<LaidPair> {
  const { starts, x, y, bits } = keypoints;
  const threads = usualThreads();
  for (let from = 0; from < pairs.length; from += 2 * pairsPerCall) {
    throwIfAborted(options.signal);
    options.onProgress?.(from, pairs.length);
    const part = Int32Array.from(pairs.slice(from, from + 2 * pairsPerCall));
    const found = new Float64Array((part.length / 2) * 5);
    loadKernels().layCorners({ starts, x, y, bits, pairs: part, found, threads });
    for (let pair = 0; 2 * pair < part.length; pair++) {
      const [cosine, sine, right, down, places] = found.subarray(5 * pair, 5 * pair + 5);
      if (places === 0) continue;
      const [a, b] = [part[2 * pair], part[2 * pair + 1]];
      const framing = framingOf([cosine, -sine, right, sine, cosine, down], smallSize(contents[a]), smallSize(contents[b]), slack);
      if (framing !== null) yield { a, b, isSameFraming: framing === "same" };
    }
  }
}

function smallSize({ width, height }: ContentFacts): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, keypointsSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Pairs of which what lies within the frame of one has the hash of the other, or of what lies within the other's frame. */
function matchFramed(
  { contents, keypoints: { innerHashes }, fresh }: LaidInput,
  add: (a: number, b: number) => void,
  options: StageOptions,
): void {
  const classes = new Map<string, { readonly hash: Uint8Array; readonly whole: number[]; readonly inner: number[] }>();
  const classOf = (hash: Uint8Array): { readonly whole: number[]; readonly inner: number[] } => {
    const key = Buffer.from(hash).toString("latin1");
    const known = classes.get(key);
    if (known !== undefined) return known;
    const made = { hash, whole: [], inner: [] };
    classes.set(key, made);
    return made;
  };
  let framed = 0;
  innerHashes.forEach((hash, index) => {
    if (hash === null || !isLarge(contents[index])) return;
    framed++;
    classOf(hash).inner.push(index);
  });
  if (framed === 0) return;
  contents.forEach((content, index) => {
    if (isLarge(content)) classOf(content.perceptual.subarray(0, 8)).whole.push(index);
  });
  const list = [...classes.values()];
  const pairUp = (inner: readonly number[], others: readonly number[]): void => {
    for (const one of inner.slice(0, mostOfOneHash)) for (const other of others.slice(0, mostOfOneHash)) add(one, other);
  };
  for (const { inner, whole } of list) pairUp(inner, [...whole, ...inner]);
  matchHashes(
    list.map(({ hash }) => hash),
    ({ first, second }) => {
      pairUp(list[first].inner, [...list[second].whole, ...list[second].inner]);
      pairUp(list[second].inner, list[first].whole);
    },
    {
      signal: options.signal,
      orientations: [0],
      ...(fresh === undefined ? {} : { asked: (item: number) => holdsFresh(list[item], fresh) }),
    },
  );
}

function holdsFresh({ whole, inner }: { readonly whole: readonly number[]; readonly inner: readonly number[] }, fresh: Fresh): boolean {
  return whole.some((item) => fresh[item] === 1) || inner.some((item) => fresh[item] === 1);
}

function neighboursOfNeighbours(pairs: readonly LaidPair[], relatives: Int32Array, add: (a: number, b: number) => void): void {
  const linked = new Map<number, number[]>();
  const link = (one: number, other: number): void => {
    const known = linked.get(one);
    if (known === undefined) linked.set(one, [other]);
    else known.push(other);
  };
  for (const { a, b } of pairs) {
    link(a, b);
    link(b, a);
  }
  for (let at = 0; at + 1 < relatives.length; at += 2) {
    link(relatives[at], relatives[at + 1]);
    link(relatives[at + 1], relatives[at]);
  }
  for (const others of linked.values()) {
    if (others.length > crowd) continue;
    for (const one of others) for (const other of others) if (one < other) add(one, other);
  }
}
