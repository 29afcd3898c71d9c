/**
 * @file The part of the contract about words and about pictures by other pictures: search by terms, starting labels from names of classes, names for clusters.
 */
import type { ImageId } from "./model.ts";

/** One of a search's terms: exactly one of `text`, `id`, `path` and `bytes`. */
export interface SearchTerm {
  /** Towards it or away from it. */
  readonly sign: "+" | "-";
  /** How much it counts; 1 if not given. */
  readonly weight?: number;
  readonly text?: string;
  /** A picture of the collection; it is no result. */
  readonly id?: ImageId;
  /** A picture on the engine's machine; one of the collection is taken as such. */
  readonly path?: string;
  /** A picture's file. */
  readonly bytes?: Uint8Array;
}

/** What was searched: embeddings, by words too or by pictures alone, or names, folders and facts for lack of a text half. */
export type SearchKind = "text" | "pictures" | "names";

export interface SearchResults {
  readonly kind: SearchKind;
  /** What a person should know of it, in a sentence; null: nothing. */
  readonly note: string | null;
  /** Most similar first. */
  readonly ids: Int32Array;
  /** Cosines; 1 for each where names were searched. */
  readonly similarities: Float32Array;
}

export interface ZeroShotLabels {
  readonly ids: Int32Array;
  /** Of each image, the first that has the very same content: itself where it is no copy. */
  readonly copyOf: Int32Array;
  /** Of each image, the place of its class in `classes`. */
  readonly labels: Int32Array;
  /** Cosine with the class, and how much more that is than with the next one. */
  readonly similarities: Float32Array;
  readonly margins: Float32Array;
}

export interface ClusterName {
  readonly cluster: number;
  /** The best of the words given, best first: how much more the cluster is like each than the clusters are on average. */
  readonly words: readonly { readonly word: string; readonly lift: number }[];
}

export interface RegionResult {
  readonly id: ImageId;
  readonly similarity: number;
  /** Where: left, top, width, height as shares of the picture. */
  readonly box: readonly [number, number, number, number];
}

export interface TextContract {
  /** A part of a picture (left, top, width, height as shares of it) in other pictures, of which the `among` most alike to that part are looked at closely. */
  "images.searchRegion": {
    params: { id: ImageId; left: number; top: number; width: number; height: number; count: number; among?: number };
    result: { results: RegionResult[] };
  };
  /** The sum of the terms' unit vectors, held against every picture. One text alone is sought in names where the encoder has no text half. */
  "images.search": { params: { terms: SearchTerm[]; count: number }; result: SearchResults };
  /** A class for every picture from names alone. `templates` put a name into a sentence at {}. */
  "text.zeroShot": { params: { classes: string[]; templates?: string[] }; result: ZeroShotLabels };
  /** Which of these words fit each cluster of the map. */
  "text.nameClusters": { params: { words: string[]; templates?: string[] }; result: { names: ClusterName[] } };
}
