/**
 * @file What the engine and the inference worker say to each other. Pixels go in as bytes (a quarter of the size of floats), in
 * the message or in a file, unit vectors come out; arrays are transferred, not copied.
 */
import type { DeviceName } from "#protocol/model.ts";

import type { TextSpecification } from "./text/text-specification.ts";

export type ConcreteDevice = Exclude<DeviceName, "auto">;

/** What turns interleaved RGB bytes into the encoder's input: (value - mean) / std per channel, NCHW or NHWC, RGB or BGR. */
export interface InputSpecification {
  readonly name: string;
  readonly layout: "NCHW" | "NHWC";
  readonly size: number;
  /** Of the encoder's channels; mean and std are in the same order. */
  readonly colour: "RGB" | "BGR";
  /** How many pictures every run takes; null: as many as there are. */
  readonly batch: number | null;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export interface OpenRequest {
  readonly kind: "open";
  readonly modelPath: string;
  readonly device: ConcreteDevice;
  /** Threads inside one operator. */
  readonly threads: number;
  readonly input: InputSpecification;
  readonly outputName: string;
  readonly dimensions: number;
  /** Rows as they come, not unit length. */
  readonly isRaw?: boolean;
}

export interface RunRequest {
  readonly kind: "run";
  readonly id: number;
  readonly count: number;
  readonly pixels: Pixels;
}

/** [count, size, size, 3] RGB, or the file they lie in and the first byte of each picture there. */
export type Pixels = Uint8Array | { readonly file: string; readonly offsets: readonly number[] };

/** Opens a text tower in place of an encoder of pictures. */
export interface OpenTextRequest {
  readonly kind: "open-text";
  readonly modelPath: string;
  readonly threads: number;
  readonly text: TextSpecification;
}

export interface TextsRequest {
  readonly kind: "texts";
  readonly id: number;
  readonly texts: readonly string[];
}

/** Lets the session go and ends the worker. What was asked for before and has not begun is not done. */
export interface CloseRequest {
  readonly kind: "close";
}

export type InferenceRequest = OpenRequest | RunRequest | OpenTextRequest | TextsRequest | CloseRequest;

export type InferenceAnswer =
  | { readonly kind: "opened" }
  | { readonly kind: "vectors"; readonly id: number; /** [count, dimensions], unit rows */ readonly vectors: Float32Array }
  | { readonly kind: "failed"; readonly id: number | null; readonly code: string; readonly message: string };
