/** @file What training on a few labels ends with. */

/** What a few labels say of an encoder that was trained on them: each was asked of trainings that had not been shown it. */
export interface TunedReport {
  readonly trainable: string;
  readonly classes: readonly string[];
  /** Labelled pictures, and those of them that could be left out. */
  readonly clicks: number;
  readonly asked: number;
  readonly folds: number;
  /** How often all folds were gone through, dealt anew each time. */
  readonly repeats: number;
  /** Pictures without a label that it was also shown at the end, as what they were confidently told to be. */
  readonly confident: number;
  /** Share of the clicks that are told: by the tuned vectors, and by the usual way on vectors that never saw a label. */
  readonly cvAccuracy: number;
  readonly ridgeCvAccuracy: number;
  /** Mean logarithm of how many times more a click's class is given, and how often chance alone gives as much. */
  readonly gain: number;
  readonly chance: number;
  /** What probabilities told on the tuned vectors must be raised to, to be honest. */
  readonly power: number;
  readonly recommended: "tuned" | "ridge";
  /** The usual way; its model is also the one that was judged on the tuned vectors. */
  readonly plain: { readonly model: string; readonly features: string };
  readonly why: string;
}
