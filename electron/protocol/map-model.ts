/** @file The map as a client draws it. */
import type { EncoderId, ImageId } from "./model.ts";

/** Positions on the map, in the order of `ImageColumns` of the same version. */
export interface MapColumns {
  readonly version: number;
  readonly encoder: EncoderId;
  readonly count: number;
  /** [count, 2]; NaN where an image has no place. */
  readonly coordinates: Float32Array;
  readonly clusters: readonly { readonly label: number; readonly count: number; readonly representative: ImageId }[];
  /** Points that were put beside their neighbours since the map was laid out as a whole. */
  readonly placed: number;
  /** `graphRecall`: share of the true neighbours that the neighbour graph holds, on a sample; 1 where it was searched exactly. */
  readonly quality: { readonly trustworthiness: number; readonly recall: number; readonly graphRecall: number } | null;
}
