/**
 * @file What the duplicates stage takes and gives. A *content* is one distinct sequence of file bytes; several files may hold it. Plain
 * data and typed arrays: all of it may cross to a worker.
 */
import type { PictureEdit } from "#protocol/duplicate-model.ts";

import type { Orientation } from "./picture.ts";

/** Weakest last. */
export const relationStrength = { "identical-file": 3, "identical-pixels": 2, "same-picture": 1, "same-scene": 0 } as const;
export type Relation = keyof typeof relationStrength;

/** What is known of one content without decoding it again. */
export interface ContentFacts {
  readonly id: number;
  readonly byteSize: number;
  /** As displayed. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** [8 orientations, 8 bytes] DCT hashes, the picture as displayed first. */
  readonly perceptual: Uint8Array;
  /** [4, 4, 3] mean colours. */
  readonly colour: Uint8Array;
  readonly sharpness?: number | null;
  /** 1..100, told by its quantisation tables; null: no JPEG, or not known. */
  readonly jpegQuality?: number | null;
}

/** [contents] 1 for those that have not been compared with all the others. */
export type Fresh = Uint8Array;

/** Is the pair to be looked at: one of the two is fresh, or nothing is said of what is? */
export function isAsked(fresh: Fresh | undefined, a: number, b: number): boolean {
  return fresh === undefined || fresh[a] === 1 || fresh[b] === 1;
}

export type CandidateReason = "hash" | "colour" | "embedding" | "pixels" | "keypoints";

/** Two contents that may be one picture, by position in the list given; a < b. */
export interface CandidatePair {
  readonly a: number;
  readonly b: number;
  readonly reasons: readonly CandidateReason[];
  /** Orientations of `a` that may match `b`, nearest first; absent where the hashes do not tell. */
  readonly orientations?: readonly Orientation[];
  /** Cosine of the embeddings where they are neighbours. */
  readonly similarity?: number;
  /** The similarity is beyond chance in this collection: worth looking for a common scene. */
  readonly lookForScene: boolean;
  /** One lies in the other as an edit does: a crop, a tilt, a frame, a caption. */
  readonly lookForEdits: boolean;
}

/** A pair that was verified. `a` and `b` are content ids. */
export interface VerifiedPair {
  readonly a: number;
  readonly b: number;
  readonly relation: Exclude<Relation, "identical-file">;
  /** 0..1. */
  readonly score: number;
  /** JSON of a PictureEdit from `a` to `b`, read where somebody looks at the pair. */
  readonly edit?: string | null;
}

/** One file, by a number of the caller's. */
export interface FileFacts {
  readonly file: number;
  /** Id of its content. */
  readonly content: number;
  /** Shown form of the path: used for the reason and for stable order only. */
  readonly path: string;
  /** Milliseconds since 1970: when it was taken, else last changed. */
  readonly time: number;
  readonly hasMetadata?: boolean;
}

export interface GroupMember {
  readonly file: number;
  readonly keep: boolean;
  /** Plain words. */
  readonly reason: string;
}

export interface GroupPair {
  /** Files. */
  readonly a: number;
  readonly b: number;
  readonly relation: Relation;
  readonly score: number;
  readonly edit?: PictureEdit;
}

export interface DuplicateGroup {
  /** Follows from the members and the relation: the same group keeps its id over runs as long as the files keep their numbers. */
  readonly id: string;
  /** The weakest of its pairs. */
  readonly relation: Relation;
  readonly members: readonly GroupMember[];
  readonly pairs: readonly GroupPair[];
}
