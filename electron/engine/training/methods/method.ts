/**
 * @file What a method of training is: the views it looks at, its settings with their defaults, and the nodes that make its loss. Views x heads x
 * loss x state: adding a method is one file and a line in table.ts.
 */
import type { Random } from "../../base/random.ts";
import type { Draft } from "../step/draft.ts";

export interface SettingSpec {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
  readonly help: string;
}

export type Settings = Readonly<Record<string, number>>;

/** Views that are fed together as one value [count * images, 3, size, size]: all images as the first view sees them, then the second. */
export interface ViewGroup {
  readonly name: string;
  readonly count: number;
  /** Which way to draw each view: a name of the augmentations' variants. */
  readonly variants: readonly string[];
  /** Side relative to that of the encoder: 1 is whole. */
  readonly scale: number;
}

/** A set of weights to run the network and the heads with. */
export interface Weights {
  /** Begins the names of what is computed with them. */
  readonly label: string;
  /** The value that stands for a parameter. */
  of(parameter: string): string;
  /** Whether running statistics of norms are kept up. */
  readonly keepsStatistics: boolean;
}

export interface MethodContext {
  readonly draft: Draft;
  readonly settings: Settings;
  /** Pictures in a batch. */
  readonly images: number;
  /** Pictures in the training set. */
  readonly population: number;
  /** Numbers in an embedding. */
  readonly dimensions: number;
  readonly random: Random;
  readonly online: Weights;
  /**
   * A slow copy of all parameters: copy = keep copy + (1 - keep) weights, `before` the step's own use of it (MoCo) or `after` the optimizer (BYOL).
   * @param keep value of one number
   */
  momentum(keep: string, when: "before" | "after"): Weights;
  /** Views as the network sees them: [count * images, dimensions]. */
  encode(group: string, weights: Weights, options?: EncodeOptions): string;
  /** A value inside the network at the last `encode` with these weights: feature maps [rows, channels, height, width]. */
  featureMap(group: string, weights: Weights): string;
  /** [images] int64: the picture's place in the training set. */
  positions(): string;
  /** [images] int64: its label; below 0 where it has none. */
  labels(): string;
  /** [images, length] int64: its text as numbers of pieces (runtime/text/byte-pairs.ts); 0 fills up. */
  tokens(length: number): string;
  /** [images, numbers] float32: what a larger encoder makes of it. */
  teacher(): string;
}

export interface EncodeOptions {
  /** BatchNormalization over so many parts of the batch, each alone. */
  readonly parts?: number;
  /** Parts are blocks of neighbours instead of every so many-th row, so that two views of a picture meet other pictures (MoCo's shuffling). */
  readonly isShuffled?: boolean;
  /** Which views of the group; all if not given. */
  readonly views?: readonly [from: number, to: number];
}

export interface MethodDefaults {
  readonly optimizer: "sgd" | "adam" | "adamw" | "lars";
  /** Learning rate for `perImages` pictures in a batch; scaled linearly with the batch. */
  readonly rate: number;
  readonly perImages: number;
  readonly decay: number;
}

export interface Method {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** The paper. */
  readonly source: string;
  readonly settings: Readonly<Record<string, SettingSpec>>;
  /** `adapter`: of a head alone, where it bears more than weights inside a network. */
  readonly defaults: { readonly scratch: MethodDefaults; readonly tune: MethodDefaults; readonly adapter?: MethodDefaults };
  /** What it cannot do without. */
  readonly needs: readonly ("labels" | "pairs" | "teacher")[];
  views(settings: Settings): readonly ViewGroup[];
  /** Numbers fed at each step beside the learning rate; `progress` from 0 to 1. */
  scalars?(settings: Settings, progress: number, step: number): Readonly<Record<string, number>>;
  /** Adds the loss and gives its name: one number. */
  build(context: MethodContext): string;
}
