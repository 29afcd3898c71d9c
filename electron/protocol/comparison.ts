/**
 * @file A run's encoder compared with the one it began with, on the same pictures of the collection: a map of each, laid over each other, the pictures that moved, and odd
 * pictures and copies that came or went. What speaks of a picture is its row.
 */
import type { EncoderId, JobId } from "./model.ts";

export interface ComparedMap {
  /** [count, 2] */
  readonly places: Float32Array;
  /** [count] -1 for none. */
  readonly clusters: Int32Array;
  readonly trustworthiness: number;
  /** Share of the nearest by vectors that are nearest on the map. */
  readonly recall: number;
}

/** Places by oddness, 1 the oddest; copies of a picture count as one. */
export interface OddnessChange {
  readonly row: number;
  readonly before: number;
  readonly after: number;
}

export interface PairChange {
  /** Rows. */
  readonly a: number;
  readonly b: number;
  readonly relation: "identical-pixels" | "same-picture" | "same-scene";
  /** Of the vectors that point to it. */
  readonly similarity: number;
}

export interface PairChanges {
  /** Copies among them. */
  readonly pairs: readonly PairChange[];
  /** Looked at and no copies. */
  readonly refused: number;
  /** Not looked at: less alike than those that were, or not readable any more. */
  readonly unseen: number;
}

export interface RunComparison {
  readonly before: EncoderId;
  readonly after: EncoderId;
  readonly count: number;
  /** Pictures that the collection had then; more than `count` where a sample was compared. */
  readonly total: number;
  /** [count]; 0 where a picture is gone. */
  readonly ids: Int32Array;
  readonly maps: { readonly before: ComparedMap; readonly after: ComparedMap };
  /** How much of the first arrangement is in the second, 0..1; and in the first laid out again with nothing but chance changed. */
  readonly agreement: { readonly after: number; readonly again: number };
  readonly moves: {
    /** Neighbours of each picture that were compared. */
    readonly k: number;
    /** [count] in parts of the distance that two pictures typically lie apart. */
    readonly distances: Float32Array;
    /** [count] of the neighbours before and after together, the share that is in both. */
    readonly kept: Float32Array;
    /** Rows, the most first: distance times the share of neighbours exchanged, where the distance is beyond `chance.reach`. */
    readonly most: Int32Array;
    /** [most, shown] rows of the nearest others of those, -1 where there are not so many. */
    readonly shown: number;
    readonly nearestBefore: Int32Array;
    readonly nearestAfter: Int32Array;
    /** Medians of the distances, and of those of a layout in which only chance changed; `reach` holds 19 of 20 of these. */
    readonly typical: number;
    readonly chance: { readonly typical: number; readonly reach: number };
  };
  readonly outliers: {
    /** How many oddest pictures of each were looked at. */
    readonly count: number;
    readonly joined: readonly OddnessChange[];
    readonly left: readonly OddnessChange[];
  };
  readonly pairs: {
    /** Pairs that are looked at with either encoder. */
    readonly both: number;
    readonly found: PairChanges;
    readonly lost: PairChanges;
  };
}

export interface ComparisonState {
  /** Null until it was made. */
  readonly comparison: RunComparison | null;
  /** False where the collection has changed since. */
  readonly isCurrent: boolean;
  /** The newest job that made or makes one; null where none was asked for. */
  readonly job: JobId | null;
  /** Why none can be made now; null where one can. */
  readonly obstacle: string | null;
}
