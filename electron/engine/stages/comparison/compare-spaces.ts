/**
 * @file Two encoders on the same pictures: a map of each, laid over each other, and what they say differently of moves, odd pictures and possible copies. Plain functions
 * over vectors; run by the compute worker.
 */
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { findCandidates } from "../../duplicates/candidates.ts";
import type { CandidatePair, ContentFacts } from "../../duplicates/types.ts";
import { layoutMap } from "../../map/layout.ts";
import { describeMap, makeMap, type MadeMap } from "../../map/make-map.ts";
import { alignPlaces } from "../../map/procrustes.ts";
import { scoreOutliers } from "../../outliers/score.ts";
import { exactNeighbours } from "../../search/exact-neighbours.ts";
import { changedOutliers, type ChangedOutliers } from "./changed-outliers.ts";
import { changedPairs, type ChangedPairs } from "./changed-pairs.ts";
import { findMoves, type Moves } from "./moved.ts";

export interface SpacesInput {
  /** Rows of the same pictures. */
  readonly before: VectorTable;
  readonly after: VectorTable;
  /** [n, 2] the map of the encoder of before as it is known, NaN where a picture has no place; `whole` where it is a map of just these. */
  readonly known: { readonly places: Float32Array; readonly whole: boolean } | null;
  /** [n] group of verified copies, -1 for none. */
  readonly groups: Int32Array;
  readonly contents: readonly ContentFacts[];
  readonly seed: number;
}

export interface ComparedSpaces {
  readonly k: number;
  readonly maps: { readonly before: MadeMap; readonly after: MadeMap };
  /** How much of the arrangement of the first map is in the second, 0..1; and in the first laid out again. */
  readonly agreement: { readonly after: number; readonly again: number };
  readonly moves: Moves;
  /** [moved most, shown] rows of the nearest others of those, nearest first; -1 where there are not so many. */
  readonly nearest: { readonly shown: number; readonly before: Int32Array; readonly after: Int32Array };
  readonly outliers: ChangedOutliers;
  readonly pairs: ChangedPairs;
}

/** As many as the stages of an index job look at. */
const neighbourCount = 32;
const movesListed = 24;
const neighboursShown = 5;
const pairsListed = 300;
/** Added to the seed for the layout that shows what chance alone moves. */
const againSeed = 1000;
const ticks = 1000;

export function compareSpaces(input: SpacesInput, options: StageOptions = {}): ComparedSpaces {
  const { before, after, groups, contents, seed } = input;
  const { signal } = options;
  let told = 0;
  const part = (from: number, to: number): StageOptions => ({
    signal,
    // A layout that is tried again begins anew.
    onProgress: (done, total) => {
      told = Math.max(told, Math.floor(ticks * (from + ((to - from) * done) / Math.max(1, total))));
      options.onProgress?.(told, ticks);
    },
  });
  const graphs = {
    before: exactNeighbours(before, neighbourCount, part(0, 0.05)),
    after: exactNeighbours(after, neighbourCount, part(0.05, 0.1)),
  };
  const first = firstMap(input, graphs.before, part(0.1, 0.3));
  const again = layoutMap({ graph: graphs.before, table: before, seed: seed + againSeed, initial: first.coordinates }, part(0.3, 0.5));
  const second = makeMap({ table: after, graph: graphs.after, seed, initial: first.coordinates }, part(0.5, 0.7));
  const repeated = alignPlaces(again.coordinates, first.coordinates, "equal");
  const aligned = alignPlaces(second.coordinates, first.coordinates, "equal");
  const k = comparedNeighbours(before.count);
  const moves = findMoves({
    ...graphs,
    k,
    places: { before: first.coordinates, after: aligned.coordinates, again: repeated.coordinates },
    groups,
    limit: movesListed,
  });
  // By the vectors alone: light is the same before and after.
  const oddness = (table: VectorTable, graph: NeighbourGraph, stage: StageOptions): Float32Array =>
    scoreOutliers(
      { table, graph, groups, light: null, seed, neighbours: (vectors, many) => exactNeighbours(vectors, many, { signal }) },
      stage,
    ).scores;
  const outliers = changedOutliers(oddness(before, graphs.before, part(0.7, 0.8)), oddness(after, graphs.after, part(0.8, 0.9)), groups);
  const rows = Int32Array.from(contents.keys());
  const candidates = (table: VectorTable, graph: NeighbourGraph): CandidatePair[] =>
    findCandidates({ contents, graph, rows, seed, table }, { signal });
  const pairs = changedPairs(candidates(before, graphs.before), candidates(after, graphs.after), pairsListed);
  part(0, 1).onProgress?.(1, 1);
  const nearest = (graph: NeighbourGraph): Int32Array => nearestOf(moves.most, graph);
  return {
    k,
    maps: { before: first, after: { ...second, coordinates: aligned.coordinates } },
    agreement: { after: aligned.agreement, again: repeated.agreement },
    moves,
    nearest: { shown: neighboursShown, before: nearest(graphs.before), after: nearest(graphs.after) },
    outliers,
    pairs,
  };
}

/** Neighbours whose exchange counts: few of few pictures, else half the folder would be anybody's neighbours. */
export function comparedNeighbours(pictures: number): number {
  return Math.max(1, Math.min(15, Math.round(Math.sqrt(pictures)), pictures - 1));
}

/** The map as a person knows it, where it is of these very pictures; else one that begins there. */
function firstMap({ before: table, known, seed }: SpacesInput, graph: NeighbourGraph, options: StageOptions): MadeMap {
  if (known?.whole === true) return describeMap({ table, graph, seed }, known.places, options);
  return makeMap({ table, graph, seed, initial: known?.places ?? null }, options);
}

function nearestOf(rows: Int32Array, graph: NeighbourGraph): Int32Array {
  const nearest = new Int32Array(rows.length * neighboursShown).fill(-1);
  rows.forEach((row, at) =>
    nearest.set(graph.indices.subarray(row * graph.k, row * graph.k + Math.min(neighboursShown, graph.k)), at * neighboursShown),
  );
  return nearest;
}
