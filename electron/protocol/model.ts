/**
 * @file The words that cross between engine and clients: branded ids and the records a person sees. Plain data only; big things are
 * columns in typed arrays, pictures travel by URL and never inside messages.
 */
import type { DicomWindow } from "./dicom-model.ts";
import type { TunedReport } from "./tuned-report.ts";

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** One image of the collection; positive, never reused within a workspace. */
export type ImageId = Branded<number, "ImageId">;
export type JobId = Branded<number, "JobId">;
export type GroupId = Branded<string, "GroupId">;
export type EncoderId = Branded<string, "EncoderId">;
export type ProjectId = Branded<number, "ProjectId">;
export type ClassId = Branded<number, "ClassId">;

export const deviceNames = ["auto", "cpu", "webgpu", "directml", "cuda", "coreml"] as const;
export type DeviceName = (typeof deviceNames)[number];

/** A collection somebody opened before. */
export interface RecentCollection {
  /** Absolute path of the workspace (shown form). */
  readonly workspace: string;
  readonly name: string;
  readonly folders: readonly string[];
  readonly images: number;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** False when the workspace or every one of its folders is gone. */
  readonly available: boolean;
}

export interface OpenCollection {
  readonly workspace: string;
  readonly name: string;
  readonly folders: readonly string[];
  readonly encoder: EncoderSummary;
  readonly images: number;
  /** Grows with every change of the stored rows; a client re-reads what it shows when it changes. */
  readonly version: number;
  readonly ready: { readonly map: boolean; readonly duplicates: boolean; readonly outliers: boolean };
  readonly counts: {
    readonly groups: number;
    readonly copies: number;
    readonly issues: number;
    readonly unreadable: number;
    readonly missing: number;
  };
  /** What was chosen, and what that comes to. */
  readonly kind: { readonly chosen: CollectionKind | "auto"; readonly now: CollectionKind };
  readonly watch: WatchState;
}

/** How far the folders of a collection are watched while it is open. */
export interface WatchState {
  readonly on: boolean;
  /** Why some changes are not heard, in words; null where all are. */
  readonly trouble: string | null;
}

/** Of medical pictures a mirrored one is another picture. */
export const collectionKinds = ["ordinary", "medical"] as const;
export type CollectionKind = (typeof collectionKinds)[number];

export interface EncoderSummary {
  readonly id: EncoderId;
  readonly name: string;
  readonly dimensions: number;
  /** "bundled", "imported" or "trained". */
  readonly source: string;
}

/** One of the encoders at hand. */
export interface EncoderEntry extends EncoderSummary {
  /** Side of the pictures it takes, in pixels. */
  readonly size: number;
  /** Name of the embedding's tensor. */
  readonly output: string;
  /** There and true where it has a text half: search by words. */
  readonly text?: true;
}

/** Bits of `ImageColumns.flags`. */
export const imageFlags = { identicalFile: 1, duplicate: 2, sameScene: 4, issue: 8, hasEmbedding: 16 } as const;

/**
 * Every image of the collection in columns, ordered by folder, then by file name (natural order). All arrays have the same length
 * except the text ones.
 */
export interface ImageColumns {
  readonly version: number;
  readonly count: number;
  readonly ids: Int32Array;
  readonly widths: Int32Array;
  readonly heights: Int32Array;
  /** 0xRRGGBB, for skeletons. */
  readonly colours: Uint32Array;
  readonly sizesBytes: Float64Array;
  /** When the picture was taken, else when the file changed; milliseconds since 1970. */
  readonly times: Float64Array;
  /** Index into `folders`. */
  readonly folderIndexes: Int32Array;
  /** Which series of slices it is one of (they are shown as one item), -1: of none; and its place there, from 0. */
  readonly series: Int32Array;
  readonly slices: Int32Array;
  /** Frames, slices or pages of the file that can be looked at one by one; 1: it is one picture. */
  readonly frames: Int32Array;
  /** The frame that stands for the file, from 0. */
  readonly standing: Int32Array;
  /** -1 = none or no map yet. */
  readonly clusters: Int32Array;
  /** 0..100, 100 = oddest; NaN where not known yet. */
  readonly percentiles: Float32Array;
  readonly flags: Uint8Array;
  /** File names (shown form) joined by "\n" (a line break in a name is shown as a space). */
  readonly names: string;
  /** Folders that hold images, absolute, shown form. */
  readonly folders: readonly string[];
}

export interface Neighbour {
  readonly id: ImageId;
  readonly similarity: number;
}

export interface ImageIssue {
  readonly kind: IssueKind;
  readonly value: number;
  readonly threshold: number;
  /** In plain words. */
  readonly text: string;
}

export const issueKinds = [
  "blur",
  "dark",
  "bright",
  "low-information",
  "odd-size",
  "odd-aspect",
  "greyscale",
  "truncated",
  "wrong-extension",
  "colour-profile",
  "burned-in-text",
] as const;
export type IssueKind = (typeof issueKinds)[number];

export const relations = ["identical-file", "identical-pixels", "same-picture", "same-scene"] as const;
export type Relation = (typeof relations)[number];

/** Everything the details panel says of one image. */
export interface ImageDetails {
  readonly id: ImageId;
  /** Absolute, shown form: bytes that are not UTF-8 as \xHH, a backslash as \x5C. */
  readonly path: string;
  readonly name: string;
  readonly folder: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly channels: number;
  /** Captured, camera, lens, exposure, DICOM facts...: label and text, in the order to show. Never patient fields. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  /** Of a medical file, the one that stands for it first. */
  readonly windows: readonly DicomWindow[];
  readonly outlier: { readonly score: number; readonly percentile: number; readonly nearest: readonly ImageId[] } | null;
  readonly issues: readonly ImageIssue[];
  readonly groups: readonly { readonly id: GroupId; readonly relation: Relation; readonly count: number }[];
  readonly cluster: number;
}

export interface UnreadableFile {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
}

export interface FileEntry extends FolderEntry {
  readonly sizeBytes: number;
}

export interface DeviceReport {
  readonly name: DeviceName;
  readonly available: boolean;
  readonly why: string;
}

export interface DoctorReport {
  readonly devices: readonly DeviceReport[];
  readonly versions: Readonly<Record<string, string>>;
  /** What is not there and what that costs, one sentence each. */
  readonly missing: readonly string[];
}

/** What an index job ends with; the same document the command line prints. */
export interface IndexReport {
  readonly images: number;
  readonly files: FileCounts;
  readonly encoder: { readonly id: string; readonly dimensions: number; readonly device: string };
  readonly seconds: StageSeconds;
  readonly unreadable: readonly UnreadableFile[];
}

/** What an evaluation ends with. Shares, 0 to 1. */
export interface EvaluationReport {
  readonly encoder: string;
  /** Pictures that were judged; copies of one file count once. */
  readonly images: number;
  readonly classes: number;
  /** By the number of neighbours; leave one out. */
  readonly knn: Readonly<Record<string, { readonly accuracy: number; readonly macroF1: number }>>;
  /** A linear classifier, five folds. */
  readonly ridge: { readonly accuracy: number };
  /** Paths of the table that are no images of the collection, or cannot be read. */
  readonly unknown: readonly string[];
}

/** What a training ends with; the same document the command line prints. */
export interface TrainReport {
  readonly run: string;
  /** The run's own encoder. */
  readonly encoder: string;
  readonly method: string;
  readonly steps: number;
  readonly seconds: number;
  readonly viewsPerSecond: number;
  /** Means of the first and the last ten steps (the two halves of a run of fewer than twenty); null where nothing was trained. */
  readonly loss: { readonly first: number; readonly last: number } | null;
  readonly predictor: { readonly uniformity: number; readonly advice: string };
  readonly verdict: "helped" | "unclear" | "hurt";
  /** Id of the encoder to use: the frozen one unless the evidence says otherwise. */
  readonly recommended: string;
  /** Why, in sentences. */
  readonly reasons: readonly string[];
  /** What happened on the way. */
  readonly notes: readonly string[];
  readonly report: { readonly frozen: ProbeMetrics; readonly whitened: ProbeMetrics; readonly after: ProbeMetrics };
  /** Whose word `weakLabelKnn` goes by; null where there is none, and reports of earlier versions do not say: theirs are sub-folders. */
  readonly judgedBy?: JudgedBy | null;
  /** Where it learnt from a few labels: what they say of it. Then verdict and recommendation go by this. */
  readonly tuned?: TunedReport;
}

/** Who says which pictures belong together, where a training is judged by that. */
export interface JudgedBy {
  /** Sub-folders, or labels given by hand: clicked or imported, not accepted in bulk. */
  readonly kind: "folders" | "given";
  /** Whose labels. */
  readonly project: string | null;
  /** Pictures that are asked, and their classes. */
  readonly pictures: number;
  readonly classes: number;
}

/** What is measured on the probe set. */
export interface ProbeMetrics {
  /** Share of pictures whose other view is the nearest of all other views. */
  readonly viewRetrieval: number;
  readonly alignment: number;
  readonly uniformity: number;
  /** An alarm, not a merit. */
  readonly rankMe: number;
  /** Share of the 10 nearest that the frozen encoder has too. */
  readonly neighboursKept: number;
  /** Null where the folder has no weak labels. */
  readonly weakLabelKnn: number | null;
}

export interface RunSummary {
  readonly id: string;
  readonly method: string;
  readonly base: string;
  readonly trainable: string;
  readonly state: string;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly verdict: string | null;
  readonly encoder: string | null;
}

/** What an export ends with. */
export type ExportJobReport =
  | { readonly exported: "encoder"; readonly folder: string; readonly encoder: ExportedEncoder }
  | { readonly exported: "folders"; readonly folder: string; readonly data: ExportedData };

/** What a comparison of two encoders ends with; the rest is asked for by its run. */
export interface CompareReport {
  readonly compared: string;
  readonly pictures: number;
}

export type JobReport = IndexReport | EvaluationReport | TrainReport | CompareReport | ExportJobReport;

/** What an export of an encoder wrote, and how far its vectors are from those in the app (largest difference of any number). */
export interface ExportedEncoder {
  readonly files: readonly string[];
  readonly maxDifference: number;
  /** Those that were asked for. */
  readonly smaller: readonly SmallerEncoder[];
}

export const smallerForms = ["fp16", "int8"] as const;
export type SmallerForm = (typeof smallerForms)[number];

/** A smaller form of an encoder, and how near it is to the whole. */
export interface SmallerEncoder {
  readonly form: SmallerForm;
  readonly file: string;
  readonly bytes: number;
  /** Of its vector with that of the whole encoder, in the mean over the pictures it was tried on, and at worst. */
  readonly cosine: number;
  readonly lowestCosine: number;
  /** Share of the ten nearest others of each picture that stay; null where there was no collection to try it on. */
  readonly neighboursKept: number | null;
}

export const exportFormats = ["csv", "parquet", "npy", "coco", "folders"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What images are sorted by in COCO and in folders. */
export const exportClasses = ["label", "cluster", "duplicate"] as const;
export type ExportClasses = (typeof exportClasses)[number];

/** How an image gets into a folder. A hard link is the very file: whoever edits one edits both. */
export const placements = ["copy", "hardlink", "symlink"] as const;
export type Placement = (typeof placements)[number];

/** What an export of data wrote, or would write. */
export interface ExportedData {
  readonly files: readonly string[];
  /** Images in it. */
  readonly images: number;
  /** Images of the selection that are not in it: without an embedding, without a class, or gone since. */
  readonly leftOut: number;
  /** Of folders only. */
  readonly folders?: readonly { readonly name: string; readonly images: number }[];
  /** Of folders: bytes that copies take. */
  readonly bytes?: number;
  /** Of folders: images that get another name than their own, since it is taken. */
  readonly renamed?: number;
  /** Nothing was written: this is what would be. */
  readonly dryRun: boolean;
}

/** What an export of classes behind an encoder wrote; `maxDifference` is proved on what was written, vectors and probabilities both. */
export interface ExportedClassifier {
  readonly files: readonly string[];
  readonly maxDifference: number;
  readonly classes: readonly string[];
}

/** What an export of a report wrote. */
export interface ExportedReport {
  readonly files: readonly string[];
  readonly images: number;
  /** Small pictures in it. */
  readonly pictures: number;
  readonly bytes: number;
}

export interface FileCounts {
  readonly seen: number;
  readonly added: number;
  readonly unchanged: number;
  readonly moved: number;
  readonly missing: number;
  readonly unreadable: number;
  readonly unsupported: number;
}

/** Wall-clock seconds; decode and embed overlap, the others do not. */
export interface StageSeconds {
  readonly scan: number;
  readonly decode: number;
  readonly embed: number;
  readonly neighbours: number;
  readonly map: number;
  readonly duplicates: number;
  readonly outliers: number;
  readonly total: number;
}
