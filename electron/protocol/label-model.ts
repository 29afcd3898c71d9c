/**
 * @file The words of labels and of what is learnt from them: projects, classes, predictions, what to look at next.
 */
import type { ClassId, ImageId, ProjectId } from "./model.ts";

/** Where a label came from; the positions are those of `LabelColumns.sources`. */
export const labelSources = ["clicked", "accepted", "imported-folders", "imported-csv"] as const;
export type LabelSource = (typeof labelSources)[number];

/** `none-of-these` gathers what belongs to no class of the project. */
export const classKinds = ["normal", "none-of-these"] as const;
export type ClassKind = (typeof classKinds)[number];

export interface LabelClass {
  readonly id: ClassId;
  readonly name: string;
  /** 0xRRGGBB */
  readonly colour: number;
  /** 1..9: the key that gives this class. */
  readonly key: number | null;
  readonly kind: ClassKind;
  /** Different pictures with this label; copies of one file count once. */
  readonly count: number;
  readonly bySource: Readonly<Record<LabelSource, number>>;
}

/** A class that comes to be with its first label. */
export interface MadeClass {
  readonly name: string;
  readonly kind?: ClassKind;
  readonly key?: number;
}

/** One set of classes; a collection may have several, and an image has one class in each at most. */
export interface LabelProject {
  readonly id: ProjectId;
  readonly name: string;
  readonly classes: readonly LabelClass[];
  /** What the next undo and redo would do, in words; null where there is nothing. */
  readonly undo: string | null;
  readonly redo: string | null;
}

/** Stands for "no class" and "no source" in the columns of labels. */
export const noLabel = { class: 0xffff, source: 0xff } as const;

/** Labels of a project, in the order of `ImageColumns` of the same version. */
export interface LabelColumns {
  readonly version: number;
  readonly count: number;
  /** Position in `LabelProject.classes`. */
  readonly classes: Uint16Array;
  /** Position in `labelSources`. */
  readonly sources: Uint8Array;
}

/** One way of learning from clicks: a model on a kind of vectors. */
export interface LearningWay {
  /** "ridge", "propagation", "both" or "centroid". */
  readonly model: string;
  /** "frozen", "whitened" or an encoder's id. */
  readonly features: string;
  /** Share of the clicks that it tells when each is left out; null where that cannot be done yet. */
  readonly looAccuracy: number | null;
}

/** What every image is told to be, in the order of `ImageColumns` of the same version. */
export interface LabelPredictions {
  readonly version: number;
  readonly count: number;
  /** Position in `LabelProject.classes`; `noLabel.class` where nothing is said. What is labelled keeps its label. */
  readonly classes: Uint16Array;
  /** Probability of the likeliest class, also where nothing is said; 1 for what is labelled. */
  readonly confidences: Float32Array;
  /** Confidence below which nothing is said. */
  readonly threshold: number;
  /** Null until something is labelled. */
  readonly chosen: LearningWay | null;
  readonly candidates: readonly LearningWay[];
  /** Which way answers and why, one sentence. */
  readonly why: string;
  /** Left-out clicks by confidence: how sure on average, how often right. */
  readonly reliability: readonly {
    readonly from: number;
    readonly count: number;
    readonly meanConfidence: number;
    readonly accuracy: number;
  }[];
}

export interface NextImages {
  readonly images: readonly { readonly id: ImageId; readonly why: string }[];
  /** Whether more clicks will help, one sentence. */
  readonly outlook: string;
  readonly flattened: boolean;
}

/** A label that may be a mistake. */
export interface LabelHint {
  readonly id: ImageId;
  readonly label: ClassId;
  /** What it would be called without that label. */
  readonly other: ClassId;
  readonly confidence: number;
  readonly text: string;
}

export const tuneLevels = ["adapter", "norm", "last"] as const;

/** Labels that a tuning must be able to leave out; of fewer, chance could explain any difference. */
export const fewestAsked = 8;

/** How to train on the labels of a project; what is not given is chosen. */
export interface TuneRequest {
  /** A layer behind the encoder, its norms, or its last stage. */
  readonly trainable?: (typeof tuneLevels)[number];
  /** Of all trainings together: one for each fold, and one on everything. */
  readonly minutes?: number;
  /** Of each training, instead of minutes. */
  readonly steps?: number;
  readonly seed?: number;
  /** What kind of pictures these are: a preset of augmentation; medical ones are told by their format. */
  readonly augment?: string;
  /** Whether pictures without a label that are confidently told may teach too. */
  readonly confident?: boolean;
}

/** What an import of labels found; the same document the command line prints. */
export interface LabelImport {
  /** Pictures that got a label; copies of one file count once. */
  readonly images: number;
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  /** Paths that are no images of the collection, or whose copies lie in folders of different classes. */
  readonly unmatched: readonly string[];
}

/** What an import of a table would do. */
export interface LabelTablePreview extends LabelImport {
  readonly rows: number;
  /** Rows whose path is an image of the collection. */
  readonly matched: number;
  /** Pictures that have another class now. */
  readonly relabelled: number;
  /** Classes that would be made. */
  readonly newClasses: readonly string[];
}
