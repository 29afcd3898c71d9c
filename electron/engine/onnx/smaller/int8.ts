/**
 * @file Convolutions in whole numbers: weights as int8, one scale an output channel, what they meet as uint8, one scale a value, told by pairs of QuantizeLinear and DequantizeLinear, which
 * runtimes turn into convolutions of bytes (Jacob et al. 2018, arXiv 1712.05877; the form is ONNX's, onnx.ai/onnx/operators/onnx__QuantizeLinear.html). Everything behind the last
 * feature map stays in float: it is small, and vectors are made of it.
 */
import { UserError } from "../../base/errors.ts";
import { int, ints } from "../graph-builder.ts";
import type { Graph, Model, Node, Tensor } from "../model.ts";
import { newNode } from "../new-node.ts";
import { foldBatchNorm } from "../passes/fold-batch-norm.ts";
import { removeDeadNodes } from "../passes/remove-dead-nodes.ts";
import { floatsOf, tensorFrom } from "../tensor-values.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Scales for each channel came with operator set 13. */
const oldestVersion = 13;

/** The model that `toInt8` starts from: norms are in the weights. Throws UserError `onnx-unsupported` for an operator set without scales for each channel. */
export function readyForInt8(model: Model): Model {
  const version = model.opsets.get("") ?? 1;
  if (version < oldestVersion)
    throw new UserError(
      "onnx-unsupported",
      `The model has operator set ${version}; int8 needs ${oldestVersion} or later. Export it again with a later one, or without int8.`,
    );
  return { ...model, graph: foldBatchNorm(model.graph) };
}

/** Values whose ranges are wanted, by name. */
export function valuesToMeasure({ graph }: Model): string[] {
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  return [...new Set(graph.nodes.filter((node) => isConvolution(node, initializers)).flatMap(({ inputs }) => inputs.slice(0, 1)))];
}

/** The name of the output of `withRanges`. */
export const rangesName = "likeness/ranges";

/** The model with one output in place of its own, [batch, 2 * values]: for each picture the lowest and then the highest number of each value. */
export function withRanges(model: Model, values: readonly string[]): Model {
  const { graph } = model;
  const axesAreInput = (model.opsets.get("") ?? 1) >= 18;
  const axes = tensorFrom("likeness/axes", "int64", [3], [1, 2, 3]);
  const column = tensorFrom("likeness/column", "int64", [2], [-1, 1]);
  const columns: string[] = [];
  const nodes = ["ReduceMin", "ReduceMax"].flatMap((opType) =>
    values.flatMap((value) => {
      const [reduced, stood] = [`${value}/${opType}`, `${value}/${opType}/column`];
      columns.push(stood);
      const inputs = axesAreInput ? [value, axes.name] : [value];
      const attributes = { keepdims: int(0), ...(axesAreInput ? {} : { axes: ints([1, 2, 3]) }) };
      return [
        newNode({ opType, inputs, outputs: [reduced], attributes }),
        newNode({ opType: "Reshape", inputs: [reduced, column.name], outputs: [stood] }),
      ];
    }),
  );
  nodes.push(newNode({ opType: "Concat", inputs: columns, outputs: [rangesName], attributes: { axis: int(1) } }));
  const type = { elementType: "float32", shape: ["batch", 2 * values.length] } as const;
  return {
    ...model,
    graph: removeDeadNodes({
      ...graph,
      nodes: [...graph.nodes, ...nodes],
      initializers: [...graph.initializers, axes, column],
      outputs: [{ name: rangesName, type, docString: "", otherType: null }],
    }),
  };
}

/** Of all pictures together. @param rows [pictures, 2 * values] as `withRanges` gives them */
export function rangesOf(values: readonly string[], rows: Float32Array): Map<string, Range> {
  const width = 2 * values.length;
  return new Map(
    values.map((name, at) => {
      let [low, high] = [Infinity, -Infinity];
      for (let row = 0; row < rows.length; row += width) {
        low = Math.min(low, rows[row + at] as number);
        high = Math.max(high, rows[row + values.length + at] as number);
      }
      return [name, { low, high }];
    }),
  );
}

/** @param model as `readyForInt8` gives it */
export function toInt8(model: Model, ranges: ReadonlyMap<string, Range>): Model {
  const { graph } = model;
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const made: Tensor[] = [];
  const nodes: Node[] = [];
  const standsFor = new Map<string, string>();
  const inputScales = new Map<string, number>();
  const constant = (tensor: Tensor): string => {
    made.push(tensor);
    return tensor.name;
  };
  const asBytes = (value: string): void => {
    const range = ranges.get(value);
    if (range === undefined || inputScales.has(value)) return;
    const low = Math.min(0, range.low);
    const scale = Math.max(Math.max(0, range.high) - low, 1e-8) / 255;
    const scaleName = constant(tensorFrom(`${value}/scale`, "float32", [], [scale]));
    const zeroName = constant(tensorFrom(`${value}/zero`, "uint8", [], [Math.round(-low / scale)]));
    const [bytes, back] = [`${value}/bytes`, `${value}/back`];
    nodes.push(newNode({ opType: "QuantizeLinear", inputs: [value, scaleName, zeroName], outputs: [bytes] }));
    nodes.push(newNode({ opType: "DequantizeLinear", inputs: [bytes, scaleName, zeroName], outputs: [back] }));
    inputScales.set(value, scale);
    standsFor.set(value, back);
  };
  for (const { name } of graph.inputs) asBytes(name);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => standsFor.get(name) ?? name);
    const scale = inputScales.get(node.inputs[0] as string);
    if (isConvolution(node, initializers) && scale !== undefined)
      nodes.push({ ...node, inputs: [inputs[0] as string, ...wholeWeights(node, scale)] });
    else nodes.push({ ...node, inputs });
    for (const name of node.outputs) asBytes(name);
  }
  const whole: Graph = { ...graph, nodes, initializers: [...initializers.values(), ...made], valueInfos: [] };
  return { ...model, graph: removeDeadNodes(whole) };

  /** Names of the weights and, where there is one, the bias, as floats that are made of whole numbers. */
  function wholeWeights({ inputs, outputs }: Node, inputScale: number): string[] {
    const weights = initializers.get(inputs[1] as string) as Tensor;
    const bias = initializers.get(inputs[2] ?? "");
    const [channels = 1] = weights.dimensions;
    const values = floatsOf(weights);
    const each = values.length / channels;
    const scales = Float32Array.from({ length: channels }, (_, channel) => {
      const own = values.subarray(channel * each, (channel + 1) * each);
      return Math.max(own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127, 1e-12);
    });
    const name = outputs[0] as string;
    const rounded = values.map((value, at) => Math.round(value / (scales[Math.floor(at / each)] as number)));
    const names = [dequantized(`${name}/weights`, tensorFrom(`${name}/weights/bytes`, "int8", weights.dimensions, rounded), scales)];
    if (bias === undefined) return names;
    const both = scales.map((scale) => scale * inputScale);
    const sums = floatsOf(bias).map((value, channel) =>
      Math.max(-(2 ** 31), Math.min(2 ** 31 - 128, Math.round(value / (both[channel] as number)))),
    );
    return [...names, dequantized(`${name}/bias`, tensorFrom(`${name}/bias/whole`, "int32", bias.dimensions, sums), both)];
  }

  function dequantized(name: string, whole: Tensor, scales: Float32Array): string {
    const scaleName = constant(tensorFrom(`${name}/scale`, "float32", [scales.length], scales));
    const zeroName = constant(tensorFrom(`${name}/zero`, whole.elementType, [scales.length], new Int32Array(scales.length)));
    const output = `${name}/back`;
    nodes.push(
      newNode({
        opType: "DequantizeLinear",
        inputs: [constant(whole), scaleName, zeroName],
        outputs: [output],
        attributes: { axis: int(0) },
      }),
    );
    return output;
  }
}

function isConvolution({ opType, domain, inputs }: Node, initializers: ReadonlyMap<string, Tensor>): boolean {
  const [, weights = "", bias = ""] = inputs;
  return (
    opType === "Conv" && domain === "" && initializers.get(weights)?.elementType === "float32" && (bias === "" || initializers.has(bias))
  );
}
