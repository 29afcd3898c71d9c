/** @file Models of a few nodes, as tests write them down. */
import type { Attribute, Graph, Model, ModelFunction, Node, Tensor, ValueInfo } from "#engine/onnx/model.ts";

const nothing = new Uint8Array(0);

export function graphOf(parts: Partial<Graph>): Graph {
  return { name: "g", docString: "", nodes: [], initializers: [], inputs: [], outputs: [], valueInfos: [], unknown: nothing, ...parts };
}

export function modelOf(graph: Partial<Graph>, functions: readonly ModelFunction[] = [], opsets: readonly [string, number][] = []): Model {
  return {
    irVersion: 8n,
    opsets: new Map([["", 17], ...opsets]),
    producerName: "",
    producerVersion: "",
    domain: "",
    modelVersion: 0n,
    docString: "",
    graph: graphOf(graph),
    functions,
    metadata: new Map(),
    unknown: nothing,
  };
}

/** `"y = Relu(x)"`, `"a, b = Split(x)"`, `"y = ours.Scale(x, , z)"`. */
export function nodeOf(line: string, attributes: Readonly<Record<string, Attribute>> = {}, name = ""): Node {
  const [, outputs, domain, opType, inputs] = /^(.*?) = (?:(\w+)\.)?(\w+)\((.*)\)$/.exec(line) as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
  ];
  const names = (text: string): string[] => (text === "" ? [] : text.split(",").map((each) => each.trim()));
  return {
    name,
    opType,
    domain: domain ?? "",
    inputs: names(inputs),
    outputs: names(outputs),
    attributes: new Map(Object.entries(attributes)),
    docString: "",
    overload: "",
    unknown: nothing,
  };
}

export function functionOf(name: string, parts: Partial<ModelFunction>): ModelFunction {
  return {
    name,
    domain: "ours",
    overload: "",
    inputs: [],
    outputs: [],
    attributes: [],
    defaults: new Map(),
    nodes: [],
    opsets: new Map([["", 17]]),
    docString: "",
    unknown: nothing,
    ...parts,
  };
}

export function valueOf(name: string, shape: readonly (number | string | null)[] | null = [2]): ValueInfo {
  return { name, type: { elementType: "float32", shape }, docString: "", otherType: null };
}

export function externalTensor(name: string, dimensions: readonly number[], entries: Readonly<Record<string, string>>): Tensor {
  return {
    name,
    elementType: "float32",
    dimensions,
    bytes: nothing,
    strings: [],
    external: new Map(Object.entries(entries)),
    docString: "",
  };
}
