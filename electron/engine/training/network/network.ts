/**
 * @file The net that is trained: an ONNX graph from pictures to one embedding each, with its weights inside.
 */
import type { Model } from "../../onnx/model.ts";

export interface Network {
  readonly model: Model;
  /** The input of the pictures, [N, 3, height, width] (or what a frozen part made of them). */
  readonly inputs: readonly NetworkInput[];
  /** The output [N, dimensions]. */
  readonly embedding: string;
  readonly dimensions: number;
  /** An inner value [N, channels, height, width], the last before the mean; null where there is none. */
  readonly featureMap: string | null;
}

export interface NetworkInput {
  readonly name: string;
  /** Without the batch; null where the size of a picture is free. */
  readonly shape: readonly (number | null)[];
}
