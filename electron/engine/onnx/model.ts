/**
 * @file An ONNX file as plain data (onnx.ai/onnx/repo-docs/IR.html; field names of onnx.proto). Only what training and exporting need is
 * spelled out; fields that this page does not know are kept as bytes in `unknown` and written back, so that a file survives being read and
 * written by an older Likeness.
 */
import type { ElementType } from "./element-type.ts";

export interface Model {
  readonly irVersion: bigint;
  /** Domain ("" is ONNX's own) -> version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: bigint;
  readonly docString: string;
  readonly graph: Graph;
  readonly functions: readonly ModelFunction[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly unknown: Uint8Array;
}

export interface Graph {
  readonly name: string;
  readonly docString: string;
  /** In an order in which every value is made before it is used. */
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfos: readonly ValueInfo[];
  readonly unknown: Uint8Array;
}

export interface Node {
  readonly name: string;
  readonly opType: string;
  /** "" is ONNX's own. */
  readonly domain: string;
  /** Names of values; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly docString: string;
  /** Which of several functions of one name. */
  readonly overload: string;
  readonly unknown: Uint8Array;
}

/** Integers are 64 bits wide in the file and stay so: an end of "everything" is 2^63 - 1. */
export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: Uint8Array }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "floats"; readonly value: Float32Array }
  | { readonly kind: "ints"; readonly value: BigInt64Array }
  | { readonly kind: "strings"; readonly value: readonly Uint8Array[] }
  | { readonly kind: "tensors"; readonly value: readonly Tensor[] }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  /** In a function: the attribute of that name of the node that calls it. */
  | { readonly kind: "reference"; readonly value: string; readonly type: number }
  /** Sparse tensors and types, which no image encoder has: the whole AttributeProto. */
  | { readonly kind: "other"; readonly value: Uint8Array };

export interface Tensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dimensions: readonly number[];
  /** Row-major, little endian, as ONNX's raw_data: a view of the file where it was written so. Empty for strings. */
  readonly bytes: Uint8Array;
  /** Of element type "string" only. */
  readonly strings: readonly Uint8Array[];
  /** The data lie in another file: key -> value of external_data. */
  readonly external: ReadonlyMap<string, string> | null;
  readonly docString: string;
}

export interface ValueInfo {
  readonly name: string;
  /** null: a sequence, a map, an optional or a sparse tensor, or not told. */
  readonly type: TensorType | null;
  readonly docString: string;
  /** The TypeProto where `type` is null and there is one. */
  readonly otherType: Uint8Array | null;
}

export interface TensorType {
  readonly elementType: ElementType;
  /** A number, the name of a free dimension, or null where nothing is told; null as a whole where not even the rank is. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** A function that belongs to the model: nodes of its name and domain stand for its body. */
export interface ModelFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of attributes without a default. */
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly Node[];
  readonly opsets: ReadonlyMap<string, number>;
  readonly docString: string;
  readonly unknown: Uint8Array;
}
