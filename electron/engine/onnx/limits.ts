/**
 * @file What a file from a stranger may ask of us. Each is far above what an image encoder has and far below what hurts.
 */
export interface OnnxLimits {
  /** Of the file. protobuf itself ends at 2 GiB. */
  readonly bytes: number;
  /** Nodes in all graphs and functions together. */
  readonly nodes: number;
  /** Tensors, descriptions of values, names, numbers of attributes and fields we do not know, together: two bytes of a file may become an object of a hundred. */
  readonly entries: number;
  /** Graphs inside graphs (If, Loop). */
  readonly depth: number;
  /** Elements of one tensor. */
  readonly elements: number;
  /** Dimensions of one tensor. */
  readonly rank: number;
}

export const onnxLimits: OnnxLimits = {
  bytes: 2 ** 31 - 1,
  nodes: 100_000,
  entries: 2_000_000,
  depth: 16,
  elements: 2 ** 31 - 1,
  rank: 16,
};
