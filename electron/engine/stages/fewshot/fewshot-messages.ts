/**
 * @file What the worker that learns from clicks can be asked. It lives as long as the collection is open and its vectors are the same, and keeps what it learnt, so that the next click is a small change.
 */
import type { Judged } from "../../fewshot/feature-space.ts";
import type { Hint } from "../../fewshot/hints.ts";
import type { Suggestion } from "../../fewshot/next.ts";
import type { Outlook } from "../../fewshot/outlook.ts";
import type { Whitening } from "../../training/whiten/whitening.ts";
import type { EncoderRow } from "../../store/queries/embeddings.ts";

/** Vectors to learn on. */
export interface SpaceSource {
  /** "frozen", "whitened" or the id of another encoder. */
  readonly name: string;
  readonly encoder: EncoderRow;
  readonly whitened: boolean;
  /** Of vectors that labels of these classes made. */
  readonly judged?: (Judged & { readonly classes: readonly string[] }) | undefined;
}

export interface FewshotStart {
  readonly workspace: string;
  readonly spaces: readonly SpaceSource[];
}

/** Labels by content; rows are the worker's own affair. */
export interface ClickedContents {
  readonly contentIds: Int32Array;
  /** Of each content: position of its class. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

export interface FewshotRequest {
  readonly clicks: ClickedContents;
  /** Names of the spaces to use; all where not given. */
  readonly features: readonly string[] | null;
  readonly threshold: number;
}

/** What it was that answered, by which measure, in words. */
export interface ToldChoice {
  readonly model: string;
  readonly features: string;
  readonly looAccuracy: number | null;
}

/** A linear classifier on one kind of vectors (fewshot/linear.ts). */
export interface ToldLines {
  /** The space it is on. */
  readonly features: string;
  readonly whitening: Whitening | null;
  readonly mean: Float32Array;
  readonly intercept: number;
  readonly weights: Float32Array;
  readonly sharpness: number;
  /** Of each column: position of its class, and how many clicks it has. */
  readonly places: readonly number[];
  readonly counts: readonly number[];
  readonly looAccuracy: number | null;
}

export interface FewshotTasks {
  /** Nothing can be told of fewer than one class with clicks; then `chosen` is null. */
  predict: {
    input: FewshotRequest;
    output: {
      /** [n], in the order of the arrays below. */
      readonly contentIds: Int32Array;
      /** [n] `noClass` where nothing is said. */
      readonly labels: Uint16Array;
      readonly confidences: Float32Array;
      /** [n, classes] */
      readonly probabilities: Float32Array;
      readonly chosen: ToldChoice | null;
      readonly candidates: readonly ToldChoice[];
      readonly why: string;
      readonly reliability: readonly {
        readonly from: number;
        readonly count: number;
        readonly meanConfidence: number;
        readonly accuracy: number;
      }[];
    };
  };
  next: {
    input: FewshotRequest & { readonly count: number; readonly shown: Int32Array };
    output: { readonly images: readonly (Suggestion & { readonly contentId: number })[]; readonly outlook: Outlook };
  };
  /** The straight lines that tell best, to be written into a model. Needs two classes with clicks. */
  linear: { input: FewshotRequest; output: ToldLines };
  hints: { input: FewshotRequest; output: readonly (Hint & { readonly contentId: number })[] };
}

export type FewshotTask = keyof FewshotTasks;

export interface FewshotCall<T extends FewshotTask = FewshotTask> {
  readonly id: number;
  readonly task: T;
  readonly input: FewshotTasks[T]["input"];
}

export type FewshotAnswer =
  | { readonly id: number; readonly output: unknown; readonly error: null }
  | {
      readonly id: number;
      readonly error: { readonly name: string; readonly code: string; readonly message: string; readonly stack: string };
    };
