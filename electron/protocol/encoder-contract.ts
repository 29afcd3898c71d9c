/**
 * @file The part of the contract about encoders: which there are and what the collection has of them, taking one in after a look at what it does, and
 * going back.
 */
import type { DeviceName, EncoderEntry, EncoderId, EncoderSummary, ExportedEncoder, ImageId, JobId, SmallerForm } from "./model.ts";

/** An encoder as the app shows it. */
export interface EncoderListing extends EncoderEntry {
  readonly licence: string;
  /** Where it is from, as its card says. */
  readonly from: string;
  /** What it was made from and how; label and text. */
  readonly provenance: readonly { readonly label: string; readonly text: string }[];
  /** Of its models. */
  readonly bytes: number;
  /** Images of the open collection that it has seen, and that it has not; null where none is open. */
  readonly use: { readonly embedded: number; readonly unseen: number } | null;
}

export const layouts = ["NCHW", "NHWC"] as const;
export const colourOrders = ["RGB", "BGR"] as const;
export const poolings = ["none", "average", "channels-last-average", "first-token", "token-average"] as const;
export type PoolingName = (typeof poolings)[number];

/** What is done to a picture before the encoder looks; what is left out is as a file beside the model says, else ImageNet's. */
export interface ImportPreprocessing {
  readonly size?: number;
  readonly layout?: (typeof layouts)[number];
  readonly colour?: (typeof colourOrders)[number];
  /** Bytes 0 to 255 become these. */
  readonly range?: readonly number[];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** How several rows of one picture become one. */
  readonly pooling?: PoolingName;
}

/** An ONNX file and what a person says of it. */
export interface ImportRequest {
  readonly file: string;
  readonly name?: string;
  /** The tensor that is the embedding. */
  readonly output?: string;
  /** Path of a JSON file with the preprocessing. */
  readonly preprocess?: string;
  /** Counts more than any file. */
  readonly preprocessing?: ImportPreprocessing;
  /** The text half of a pair like CLIP, and its tokenizer.json: both or none. */
  readonly text?: string;
  readonly tokenizer?: string;
  /** Tokens of a text that are read. */
  readonly context?: number;
  readonly textOutput?: string;
}

/** A tensor that may be the embedding. */
export interface TensorChoice {
  readonly name: string;
  /** As "float32 [batch, 1280]". */
  readonly type: string;
  readonly isOutput: boolean;
  /** Dimensions of the tensor: 2 is a row for each picture. */
  readonly rank: number;
}

/** What an encoder makes of pictures of the collection. */
export interface EncoderCheck {
  /** Images that it looked at; the first `asked` of them are asked for their neighbours. */
  readonly ids: readonly ImageId[];
  readonly asked: number;
  /** Neighbours of each. */
  readonly each: number;
  /** [asked, each] Positions in `ids`, nearest first. */
  readonly neighbours: Int32Array;
  /** [asked, each] Cosines. */
  readonly similarities: Float32Array;
  /** [asked, each] The same by the encoder that the collection uses now; null where that has not seen them all. */
  readonly present: Int32Array | null;
  /** Cosines of any two of the pictures. */
  readonly spread: { readonly lowest: number; readonly mean: number; readonly highest: number };
}

/** What is wrong with a file or what was said of it, in words. */
export interface ImportProblem {
  readonly code: string;
  readonly message: string;
}

/** What would be taken in. */
export interface EncoderInspection {
  readonly name: string;
  readonly bytes: number;
  readonly input: {
    readonly size: number;
    /** The model takes others too. */
    readonly sizeIsFree: boolean;
    readonly layout: (typeof layouts)[number];
    readonly colour: (typeof colourOrders)[number];
    readonly range: readonly number[];
    readonly mean: readonly number[];
    readonly std: readonly number[];
    /** Where this is from, in words. */
    readonly why: string;
  };
  /** Null: it must be chosen among `choices`. */
  readonly output: { readonly name: string; readonly pooling: PoolingName; readonly dimensions: number; readonly why: string } | null;
  readonly choices: readonly TensorChoice[];
  /** It has a text half: the one that was given, or the one beside it. */
  readonly hasText: boolean;
  /** What was found and assumed, a sentence each. */
  readonly notes: readonly string[];
  /** Why it cannot be taken in like this; null: it can. */
  readonly problem: ImportProblem | null;
  /** Id of the encoder at hand that is this very one. */
  readonly known: EncoderId | null;
  /** Null where no collection is open, where it has too few pictures, or where there is a problem. */
  readonly check: EncoderCheck | null;
}

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

type Empty = Record<string, never>;

export interface EncoderContract {
  /** `previous`: the encoder that the collection used before, to which `encoders.revert` goes back. */
  "encoders.list": { params: Empty; result: { encoders: EncoderListing[]; previous: EncoderId | null } };
  /** Takes an ONNX file in. `notes` say what was found and assumed. */
  "encoders.import": { params: ImportRequest; result: { encoder: EncoderEntry; notes: string[] } };
  /** What an import would take in, tried on pictures of the open collection. Nothing is kept. Throws where the file is no encoder at all. */
  "encoders.inspect": { params: ImportRequest; result: EncoderInspection };
  /** Files that were dropped into a browser, which does not tell where they are: kept together in a temporary folder until the engine ends. */
  "encoders.receive": { params: { files: DroppedFile[] }; result: { paths: string[] } };
  /** Deletes an imported or trained encoder that no collection uses. */
  "encoders.remove": { params: { encoder: string }; result: Empty };
  /** Embeds the collection with it, makes its map, and then switches to it. */
  "encoders.apply": { params: { encoder: string; device?: DeviceName }; result: { job: JobId } };
  /** Switches back to the encoder before, at once; `unseen` images came since and are not embedded with it. */
  "encoders.revert": { params: Empty; result: { encoder: EncoderSummary; unseen: number } };
  /** Judges an encoder on a table of (path, label). */
  "encoders.evaluate": { params: { encoder: string; labels: string; device?: DeviceName }; result: { job: JobId } };
  /** Writes model, card and a page about it into a folder. */
  "encoders.export": {
    params: { encoder: string; folder: string; featureMaps?: boolean; smaller?: SmallerForm[] };
    result: ExportedEncoder;
  };
}
