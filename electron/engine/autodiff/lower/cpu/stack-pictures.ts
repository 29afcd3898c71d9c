/**
 * @file Small pictures of a batch one under another, as one picture: [N, C, H, W] becomes [1, C, N * H, W]. What sees every pixel for itself, as 1 x 1 convolutions, activations and
 * normalisation do, does not notice, and a product of matrices that met 9 or 36 pixels a picture meets those of all pictures at once. Convolutions over several pixels take their pictures
 * apart again; those in which each channel is for itself (depthwise.ts) lay them out like this themselves.
 */
import { intOf, intsOf } from "../../../onnx/attributes.ts";
import { GraphBuilder, ints } from "../../../onnx/graph-builder.ts";
import { inferTypes } from "../../../onnx/infer.ts";
import type { Model, Node } from "../../../onnx/model.ts";
import { isOurs, trainingDomain } from "../../../onnx/shapes/training.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import type { Types } from "../../../onnx/type-table.ts";
import { withNodesOf } from "../rewrite.ts";
import { isPointwiseConvolution } from "./pointwise-convolution.ts";

/** Pixels of a picture up to which products of more than one picture pay. */
const mostPixels = 144;

/** Which inputs and outputs of an operator are pictures, where it sees every pixel for itself. */
interface Pictures {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const onePicture: Pictures = { inputs: [0], outputs: [0] };
const twoPictures: Pictures = { inputs: [0, 1], outputs: [0] };

const standard: Readonly<Record<string, Pictures>> = {
  Add: twoPictures,
  BatchNormalization: onePicture,
  Clip: onePicture,
  Conv: onePicture,
  HardSigmoid: onePicture,
  HardSwish: onePicture,
  Mul: twoPictures,
  Relu: onePicture,
  ReduceMean: { inputs: [0], outputs: [] },
  ReduceSum: { inputs: [0], outputs: [] },
  Sigmoid: onePicture,
  Sub: twoPictures,
};

const ours: Readonly<Record<string, Pictures>> = {
  BatchNormalizationGradient: twoPictures,
  BatchNormalizationTraining: onePicture,
  ClipGradient: twoPictures,
  ConvInputGradient: onePicture,
  ConvWeightGradient: { inputs: [0, 1], outputs: [] },
  ReluGradient: twoPictures,
};

/** The forms that there are of a value so far: names. */
interface Forms {
  apart?: string;
  stacked?: string;
}

/** Shapes must be static. */
export function stackPictures(model: Model): Model {
  const types = inferTypes(model, new Map());
  const { graph } = model;
  const builder = GraphBuilder.beside(model, "stacked/");
  const formsOf = new Map<string, Forms>();
  const apart = (name: string): string => {
    const forms = formsOf.get(name);
    return forms === undefined ? name : (forms.apart ??= takenApart(builder, forms.stacked as string, types.types.get(name)?.shape ?? []));
  };
  const stacked = (name: string): string => {
    const forms = formsOf.get(name) ?? { apart: name };
    formsOf.set(name, forms);
    return (forms.stacked ??= stack(builder, name));
  };
  const leaving = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    const pictures = picturesOf(node, types);
    const isStacked =
      pictures !== null &&
      !node.outputs.some((name) => leaving.has(name)) &&
      (pictures.inputs.some((at) => formsOf.get(node.inputs[at] as string)?.stacked !== undefined) || widens(node, types));
    if (!isStacked) {
      const lies = laysOutAnew(node, types) && formsOf.get(node.inputs[0] as string)?.stacked !== undefined;
      builder.add({ ...node, inputs: node.inputs.map(apart) });
      if (lies) stacked(node.outputs[0] as string);
      continue;
    }
    const inputs = node.inputs.map((name, at) => (pictures.inputs.includes(at) ? stacked(name) : apart(name)));
    const names = node.outputs.map((name, at) => (pictures.outputs.includes(at) && name !== "" ? `${name}/stacked` : name));
    const shape = intsOf(node, "shape", null);
    const attributes = shape === null ? node.attributes : new Map([...node.attributes, ["shape", ints(stackedShape(shape))]]);
    builder.add({ ...node, inputs, outputs: names, attributes });
    for (const at of pictures.outputs) formsOf.set(node.outputs[at] as string, { stacked: names[at] as string });
  }
  return withNodesOf(model, builder);
}

/** Null for what does not see every pixel for itself, or has other pictures than small ones of one size. */
function picturesOf(node: Node, types: Types): Pictures | null {
  const found = (node.domain === "" ? standard : node.domain === trainingDomain ? ours : {})[node.opType];
  if (found === undefined || !seesPixelsAlone(node, types)) return null;
  const shapes = [...found.inputs.map((at) => node.inputs[at]), ...found.outputs.map((at) => node.outputs[at])].map(
    (name) => types.types.get(name ?? "")?.shape ?? [],
  );
  const [first = []] = shapes;
  const [batch = 1, , ...sizes] = first;
  const fits = shapes.every((shape) => shape.length === 4 && [0, 2, 3].every((axis) => shape[axis] === first[axis]));
  if (!fits || batch === 1 || elementCount(sizes) > mostPixels) return null;
  // What meets number by number has as many channels.
  return found !== twoPictures || shapes.every((shape) => shape[1] === first[1]) ? found : null;
}

/** Of a convolution of small pictures in which each channel is for itself: its form takes and gives what needs no laying out. */
function laysOutAnew(node: Node, { types }: Types): boolean {
  const isConvolution = (node.domain === "" && node.opType === "Conv") || isOurs(node, "ConvInputGradient");
  const shapes = [node.inputs[0], node.outputs[0]].map((name) => types.get(name ?? "")?.shape ?? []);
  return isConvolution && shapes.every(([, channels, ...sizes]) => channels === intOf(node, "group", 1) && sizes.length === 2 && elementCount(sizes) <= mostPixels); // prettier-ignore
}

/** Of an operator of the tables: some do only with these attributes. */
function seesPixelsAlone(node: Node, { types, known }: Types): boolean {
  if (node.opType.startsWith("Conv")) return isPointwiseConvolution(node, types);
  if (!node.opType.startsWith("Reduce")) return true;
  const axes = node.inputs[1] === undefined ? intsOf(node, "axes", []) : (known.get(node.inputs[1])?.values ?? []);
  return [...axes].sort().join() === "0,2,3" && intOf(node, "keepdims", 1) === 1;
}

/** Where stacking begins: before channels become many. */
function widens(node: Node, { types }: Types): boolean {
  const [outputs = 0, channels = 0] = types.get(node.inputs[1] ?? "")?.shape ?? [];
  return node.opType === "Conv" && node.domain === "" && outputs > channels;
}

function stackedShape([batch = 1, channels = 1, rows = 1, columns = 1]: readonly number[]): number[] {
  return [1, channels, batch * rows, columns];
}

function stack(builder: GraphBuilder, name: string): string {
  const shape = builder.shapeOf(name);
  return builder.reshape(builder.node("Transpose", [name], { perm: ints([1, 0, 2, 3]) }), stackedShape(shape));
}

function takenApart(builder: GraphBuilder, stacked: string, [batch = 1, channels = 1, ...sizes]: readonly number[]): string {
  return builder.node("Transpose", [builder.reshape(stacked, [channels, batch, ...sizes])], { perm: ints([1, 0, 2, 3]) });
}
