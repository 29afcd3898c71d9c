/**
 * @file From the bytes of an ONNX file to a `Model`. Nothing is copied but names; what is larger, deeper or more than the limits allow ends
 * in an error that names it.
 */
import { onnxLimits, type OnnxLimits } from "./limits.ts";
import type { Attribute, Graph, Model, ModelFunction, Node, Tensor, TensorType, ValueInfo } from "./model.ts";
import { elementTypeOf, readEntry, readTensor } from "./read-tensor.ts";
import { damaged, WireReader, WireWriter } from "./wire.ts";

/** What is counted over the whole file. */
interface Reading {
  readonly limits: OnnxLimits;
  nodes: number;
  entries: number;
  depth: number;
}

/** Counts what becomes an object or a place in a list. */
function spend(reading: Reading): void {
  if (++reading.entries > reading.limits.entries)
    damaged(`it has more than ${reading.limits.entries} tensors, names and numbers outside tensors`);
}

/** Throws UserError `onnx-damaged`. The model's arrays are views of `bytes`. */
export function readModel(bytes: Uint8Array, limits: OnnxLimits = onnxLimits): Model {
  if (bytes.length > limits.bytes) damaged(`it has ${bytes.length} bytes; expected at most ${limits.bytes}`);
  const reading: Reading = { limits, nodes: 0, entries: 0, depth: 0 };
  const from = new WireReader(bytes);
  const unknown = new WireWriter();
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: ModelFunction[] = [];
  const model = { irVersion: 0n, producerName: "", producerVersion: "", domain: "", modelVersion: 0n, docString: "" };
  let graph: Graph | null = null;
  while (from.next()) {
    spend(reading);
    if (from.field === 1) model.irVersion = from.int64();
    else if (from.field === 2) model.producerName = from.text();
    else if (from.field === 3) model.producerVersion = from.text();
    else if (from.field === 4) model.domain = from.text();
    else if (from.field === 5) model.modelVersion = from.int64();
    else if (from.field === 6) model.docString = from.text();
    else if (from.field === 7) graph = readGraph(from.bytes(), reading);
    else if (from.field === 8) readOpset(from.bytes(), opsets);
    else if (from.field === 14) readEntry(from.bytes(), metadata);
    else if (from.field === 25) functions.push(readFunction(from.bytes(), reading));
    else unknown.raw(from.skip());
  }
  if (graph === null) damaged("it has no graph");
  return { ...model, opsets, metadata, functions, graph, unknown: unknown.finish() };
}

function readGraph(bytes: Uint8Array, reading: Reading): Graph {
  if (++reading.depth > reading.limits.depth) damaged(`graphs lie inside graphs more than ${reading.limits.depth} deep`);
  const from = new WireReader(bytes);
  const unknown = new WireWriter();
  const nodes: Node[] = [];
  const initializers: Tensor[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfos: ValueInfo[] = [];
  let name = "";
  let docString = "";
  while (from.next()) {
    spend(reading);
    if (from.field === 1) nodes.push(readNode(from.bytes(), reading));
    else if (from.field === 2) name = from.text();
    else if (from.field === 5) initializers.push(readTensor(from.bytes(), reading.limits));
    else if (from.field === 10) docString = from.text();
    else if (from.field === 11) inputs.push(readValueInfo(from.bytes(), reading.limits));
    else if (from.field === 12) outputs.push(readValueInfo(from.bytes(), reading.limits));
    else if (from.field === 13) valueInfos.push(readValueInfo(from.bytes(), reading.limits));
    else unknown.raw(from.skip());
  }
  reading.depth--;
  return {
    name,
    docString,
    nodes,
    initializers,
    inputs,
    outputs,
    valueInfos,
    unknown: unknown.finish(),
  };
}

function readNode(bytes: Uint8Array, reading: Reading): Node {
  if (++reading.nodes > reading.limits.nodes) damaged(`it has more than ${reading.limits.nodes} nodes`);
  const from = new WireReader(bytes);
  const unknown = new WireWriter();
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const node = { name: "", opType: "", domain: "", docString: "", overload: "" };
  while (from.next()) {
    spend(reading);
    if (from.field === 1) inputs.push(from.text());
    else if (from.field === 2) outputs.push(from.text());
    else if (from.field === 3) node.name = from.text();
    else if (from.field === 4) node.opType = from.text();
    else if (from.field === 5) attributes.set(...readAttribute(from.bytes(), reading));
    else if (from.field === 6) node.docString = from.text();
    else if (from.field === 7) node.domain = from.text();
    else if (from.field === 8) node.overload = from.text();
    else unknown.raw(from.skip());
  }
  // "ai.onnx" is the long name of ONNX's own domain.
  if (node.domain === "ai.onnx") node.domain = "";
  return { ...node, inputs, outputs, attributes, unknown: unknown.finish() };
}

/** AttributeProto.AttributeType. */
const kinds = {
  1: "float",
  2: "int",
  3: "string",
  4: "tensor",
  5: "graph",
  6: "floats",
  7: "ints",
  8: "strings",
  9: "tensors",
  10: "graphs",
} as const;

function readAttribute(bytes: Uint8Array, reading: Reading): [string, Attribute] {
  const from = new WireReader(bytes);
  const floats: number[] = [];
  const ints: bigint[] = [];
  const strings: Uint8Array[] = [];
  const tensors: Tensor[] = [];
  const graphs: Graph[] = [];
  const single: { float: number; int: bigint; string: Uint8Array; tensor: Tensor | null; graph: Graph | null } = {
    float: 0,
    int: 0n,
    string: new Uint8Array(0),
    tensor: null,
    graph: null,
  };
  let name = "";
  let type = 0;
  let reference = "";
  while (from.next()) {
    spend(reading);
    if (from.field === 1) name = from.text();
    else if (from.field === 2) single.float = from.float();
    else if (from.field === 3) single.int = from.int64();
    else if (from.field === 4) single.string = from.bytes();
    else if (from.field === 5) single.tensor = readTensor(from.bytes(), reading.limits);
    else if (from.field === 6) single.graph = readGraph(from.bytes(), reading);
    else if (from.field === 7) from.repeated((each) => (spend(reading), floats.push(each.float())));
    else if (from.field === 8) from.repeated((each) => (spend(reading), ints.push(each.int64())));
    else if (from.field === 9) strings.push(from.bytes());
    else if (from.field === 10) tensors.push(readTensor(from.bytes(), reading.limits));
    else if (from.field === 11) graphs.push(readGraph(from.bytes(), reading));
    else if (from.field === 20) type = from.number();
    else if (from.field === 21) reference = from.text();
    else from.skip();
  }
  if (reference !== "") return [name, { kind: "reference", value: reference, type }];
  const kind = kinds[type as keyof typeof kinds] as (typeof kinds)[keyof typeof kinds] | undefined;
  switch (kind) {
    case "float":
      return [name, { kind, value: single.float }];
    case "int":
      return [name, { kind, value: single.int }];
    case "string":
      return [name, { kind, value: single.string }];
    case "tensor":
      return [name, { kind, value: single.tensor ?? damaged(`the attribute ${name} has no tensor`) }];
    case "graph":
      return [name, { kind, value: single.graph ?? damaged(`the attribute ${name} has no graph`) }];
    case "floats":
      return [name, { kind, value: Float32Array.from(floats) }];
    case "ints":
      return [name, { kind, value: BigInt64Array.from(ints) }];
    case "strings":
      return [name, { kind, value: strings }];
    case "tensors":
      return [name, { kind, value: tensors }];
    case "graphs":
      return [name, { kind, value: graphs }];
    case undefined:
      return [name, { kind: "other", value: bytes }];
  }
}

function readValueInfo(bytes: Uint8Array, limits: OnnxLimits): ValueInfo {
  const from = new WireReader(bytes);
  let name = "";
  let docString = "";
  let type: Uint8Array | null = null;
  while (from.next()) {
    if (from.field === 1) name = from.text();
    else if (from.field === 2) type = from.bytes();
    else if (from.field === 3) docString = from.text();
    else from.skip();
  }
  const tensor = type === null ? null : readType(type, name, limits);
  return { name, docString, type: tensor, otherType: tensor === null ? type : null };
}

/** Null for what is not a dense tensor. */
function readType(bytes: Uint8Array, name: string, limits: OnnxLimits): TensorType | null {
  const from = new WireReader(bytes);
  let tensor: TensorType | null = null;
  while (from.next()) {
    if (from.field === 1) tensor = readTensorType(from.bytes(), name, limits);
    else from.skip();
  }
  return tensor;
}

function readTensorType(bytes: Uint8Array, name: string, limits: OnnxLimits): TensorType {
  const from = new WireReader(bytes);
  let dataType = 0;
  let shape: (number | string | null)[] | null = null;
  while (from.next()) {
    if (from.field === 1) dataType = from.number();
    else if (from.field === 2) shape = readShape(from.bytes(), name, limits);
    else from.skip();
  }
  return { elementType: elementTypeOf(dataType, name), shape };
}

function readShape(bytes: Uint8Array, name: string, { rank }: OnnxLimits): (number | string | null)[] {
  const from = new WireReader(bytes);
  const shape: (number | string | null)[] = [];
  while (from.next()) {
    if (from.field === 1) shape.push(readDimension(from.bytes(), name));
    else from.skip();
    if (shape.length > rank) damaged(`the value ${name} has more than ${rank} dimensions`);
  }
  return shape;
}

function readDimension(bytes: Uint8Array, name: string): number | string | null {
  const from = new WireReader(bytes);
  let dimension: number | string | null = null;
  while (from.next()) {
    if (from.field === 1) {
      const value = from.int64();
      // Some exporters write -1 or 0 for "free".
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) damaged(`the value ${name} has a dimension of ${value}`);
      dimension = value < 0n ? null : Number(value);
    } else if (from.field === 2) {
      const text = from.text();
      dimension = text === "" ? null : text;
    } else from.skip();
  }
  return dimension;
}

function readOpset(bytes: Uint8Array, into: Map<string, number>): void {
  const from = new WireReader(bytes);
  let domain = "";
  let version = 0;
  while (from.next()) {
    if (from.field === 1) domain = from.text();
    else if (from.field === 2) version = from.number();
    else from.skip();
  }
  into.set(domain === "ai.onnx" ? "" : domain, version);
}

function readFunction(bytes: Uint8Array, reading: Reading): ModelFunction {
  const from = new WireReader(bytes);
  const unknown = new WireWriter();
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: string[] = [];
  const defaults = new Map<string, Attribute>();
  const nodes: Node[] = [];
  const opsets = new Map<string, number>();
  const made = { name: "", domain: "", overload: "", docString: "" };
  while (from.next()) {
    spend(reading);
    if (from.field === 1) made.name = from.text();
    else if (from.field === 4) inputs.push(from.text());
    else if (from.field === 5) outputs.push(from.text());
    else if (from.field === 6) attributes.push(from.text());
    else if (from.field === 7) nodes.push(readNode(from.bytes(), reading));
    else if (from.field === 8) made.docString = from.text();
    else if (from.field === 9) readOpset(from.bytes(), opsets);
    else if (from.field === 10) made.domain = from.text();
    else if (from.field === 11) defaults.set(...readAttribute(from.bytes(), reading));
    else if (from.field === 13) made.overload = from.text();
    else unknown.raw(from.skip());
  }
  return { ...made, inputs, outputs, attributes, defaults, nodes, opsets, unknown: unknown.finish() };
}
