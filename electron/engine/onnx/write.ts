/**
 * @file From a `Model` to the bytes of an ONNX file. Tensors are written as raw data. Reading what is written gives an equal model.
 */
import { elementTypes } from "./element-type.ts";
import type { Attribute, Graph, Model, ModelFunction, Node, Tensor, TensorType, ValueInfo } from "./model.ts";
import { WireWriter } from "./wire.ts";

export function writeModel(model: Model): Uint8Array {
  const into = new WireWriter();
  into.int64Field(1, model.irVersion);
  into.textField(2, model.producerName);
  into.textField(3, model.producerVersion);
  into.textField(4, model.domain);
  into.int64Field(5, model.modelVersion);
  into.textField(6, model.docString);
  into.messageField(7, (inner) => writeGraph(inner, model.graph));
  writeOpsets(into, 8, model.opsets);
  writeEntries(into, 14, model.metadata);
  for (const each of model.functions) into.messageField(25, (inner) => writeFunction(inner, each));
  into.raw(model.unknown);
  return into.finish();
}

/** A TensorProto alone, as in the data of ONNX's own tests. */
export function writeTensor(tensor: Tensor): Uint8Array {
  const into = new WireWriter();
  putTensor(into, tensor);
  return into.finish();
}

/** Attributes alone, as bytes that are equal for equal ones in the same order. */
export function writeAttributes(attributes: ReadonlyMap<string, Attribute>): Uint8Array {
  const into = new WireWriter();
  for (const [name, attribute] of attributes) putAttribute(into, 5, name, attribute);
  return into.finish();
}

function writeGraph(into: WireWriter, graph: Graph): void {
  for (const node of graph.nodes) into.messageField(1, (inner) => writeNode(inner, node));
  into.textField(2, graph.name);
  for (const tensor of graph.initializers) into.messageField(5, (inner) => putTensor(inner, tensor));
  into.textField(10, graph.docString);
  for (const value of graph.inputs) into.messageField(11, (inner) => writeValueInfo(inner, value));
  for (const value of graph.outputs) into.messageField(12, (inner) => writeValueInfo(inner, value));
  for (const value of graph.valueInfos) into.messageField(13, (inner) => writeValueInfo(inner, value));
  into.raw(graph.unknown);
}

function writeNode(into: WireWriter, node: Node): void {
  // An optional input that is left out is an empty name, and must be written.
  for (const name of node.inputs) into.bytesField(1, encoder.encode(name));
  for (const name of node.outputs) into.bytesField(2, encoder.encode(name));
  into.textField(3, node.name);
  into.textField(4, node.opType);
  for (const [name, attribute] of node.attributes) putAttribute(into, 5, name, attribute);
  into.textField(6, node.docString);
  into.textField(7, node.domain);
  into.textField(8, node.overload);
  into.raw(node.unknown);
}

function putAttribute(into: WireWriter, field: number, name: string, attribute: Attribute): void {
  if (attribute.kind === "other") into.bytesField(field, attribute.value);
  else into.messageField(field, (inner) => writeAttribute(inner, name, attribute));
}

const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

function writeAttribute(into: WireWriter, name: string, attribute: Exclude<Attribute, { kind: "other" }>): void {
  into.textField(1, name);
  switch (attribute.kind) {
    case "float":
      into.tag(2, 5);
      into.float(attribute.value);
      break;
    case "int":
      into.tag(3, 0);
      into.int64(attribute.value);
      break;
    case "string":
      into.bytesField(4, attribute.value);
      break;
    case "tensor":
      into.messageField(5, (inner) => putTensor(inner, attribute.value));
      break;
    case "graph":
      into.messageField(6, (inner) => writeGraph(inner, attribute.value));
      break;
    case "floats":
      into.packedField(7, attribute.value.length, (inner, index) => inner.float(attribute.value[index] as number));
      break;
    case "ints":
      into.packedField(8, attribute.value.length, (inner, index) => inner.int64(attribute.value[index] as bigint));
      break;
    case "strings":
      for (const each of attribute.value) into.bytesField(9, each);
      break;
    case "tensors":
      for (const each of attribute.value) into.messageField(10, (inner) => putTensor(inner, each));
      break;
    case "graphs":
      for (const each of attribute.value) into.messageField(11, (inner) => writeGraph(inner, each));
      break;
    case "reference":
      into.textField(21, attribute.value);
      break;
  }
  into.tag(20, 0);
  into.number(attribute.kind === "reference" ? attribute.type : attributeTypes[attribute.kind]);
}

function putTensor(into: WireWriter, tensor: Tensor): void {
  into.packedField(1, tensor.dimensions.length, (inner, index) => inner.number(tensor.dimensions[index] as number));
  into.tag(2, 0);
  into.number(elementTypes.indexOf(tensor.elementType));
  for (const text of tensor.strings) into.bytesField(6, text);
  into.textField(8, tensor.name);
  if (tensor.external === null && tensor.elementType !== "string") into.bytesField(9, tensor.bytes);
  into.textField(12, tensor.docString);
  if (tensor.external !== null) {
    writeEntries(into, 13, tensor.external);
    into.tag(14, 0);
    into.number(1);
  }
}

function writeValueInfo(into: WireWriter, value: ValueInfo): void {
  into.textField(1, value.name);
  if (value.type !== null)
    into.messageField(2, (type) => type.messageField(1, (tensor) => writeTensorType(tensor, value.type as TensorType)));
  else if (value.otherType !== null) into.bytesField(2, value.otherType);
  into.textField(3, value.docString);
}

function writeTensorType(into: WireWriter, { elementType, shape }: TensorType): void {
  into.tag(1, 0);
  into.number(elementTypes.indexOf(elementType));
  if (shape === null) return;
  into.messageField(2, (inner) => {
    for (const dimension of shape)
      inner.messageField(1, (each) => {
        if (typeof dimension === "string") each.textField(2, dimension);
        else if (dimension !== null) {
          each.tag(1, 0);
          each.number(dimension);
        }
      });
  });
}

function writeOpsets(into: WireWriter, field: number, opsets: ReadonlyMap<string, number>): void {
  for (const [domain, version] of opsets)
    into.messageField(field, (inner) => {
      inner.textField(1, domain);
      inner.tag(2, 0);
      inner.number(version);
    });
}

function writeEntries(into: WireWriter, field: number, entries: ReadonlyMap<string, string>): void {
  for (const [key, value] of entries)
    into.messageField(field, (inner) => {
      inner.textField(1, key);
      inner.textField(2, value);
    });
}

function writeFunction(into: WireWriter, each: ModelFunction): void {
  into.textField(1, each.name);
  for (const name of each.inputs) into.bytesField(4, encoder.encode(name));
  for (const name of each.outputs) into.bytesField(5, encoder.encode(name));
  for (const name of each.attributes) into.textField(6, name);
  for (const node of each.nodes) into.messageField(7, (inner) => writeNode(inner, node));
  into.textField(8, each.docString);
  writeOpsets(into, 9, each.opsets);
  into.textField(10, each.domain);
  for (const [name, attribute] of each.defaults) putAttribute(into, 11, name, attribute);
  into.textField(13, each.overload);
  into.raw(each.unknown);
}

const encoder = new TextEncoder();
