/**
 * @file A linear classifier as nodes behind an encoder's embedding: the model gives `embedding`, of unit length, and `probabilities`. Names and threshold stand in the model's metadata, so that
 * the file is enough.
 */
import { BugError } from "../../base/errors.ts";
import { GraphTail } from "../../encoders/graph-tail.ts";
import { int } from "../../onnx/graph-builder.ts";
import type { Model, ValueInfo } from "../../onnx/model.ts";
import type { LinearClassifier } from "./linear-classifier.ts";

export const embeddingName = "embedding";
export const probabilitiesName = "probabilities";
/** Keys of the model's metadata: a list of names as JSON, a number. */
export const classesKey = "likeness.classes";
export const thresholdKey = "likeness.threshold";

/** @param output the encoder's embedding, [batch, dimensions] */
export function addClassifier(
  model: Model,
  output: { readonly name: string; readonly dimensions: number },
  classifier: LinearClassifier,
): Model {
  const { classes, whitening, mean, intercept, weights, sharpness, threshold } = classifier;
  const dimensions = whitening?.axisCount ?? output.dimensions;
  if (mean.length !== dimensions || weights.length !== (dimensions + 1) * classes.length)
    throw new BugError(
      `a classifier of ${classes.length} classes on ${dimensions} numbers has ${weights.length} weights and a mean of ${mean.length}`,
    );
  // The encoder's own output makes room where it has the name of ours.
  const given = output.name === embeddingName ? withOutputCalled(model, embeddingName, "encoder/embedding") : model;
  const source = output.name === embeddingName ? "encoder/embedding" : output.name;
  const tail = new GraphTail(given);
  const unit = tail.unitLength(source);
  const embedding = tail.renamed(unit, embeddingName);
  const offset = (from: Float32Array): Float32Array => from.map((value) => -value);
  let vector = unit;
  if (whitening !== null) {
    const moved = tail.node("Add", [vector, tail.floats([output.dimensions], offset(Float32Array.from(whitening.mean)))]);
    const axes = tail.floats([output.dimensions, whitening.axisCount], Float32Array.from(whitening.matrix));
    vector = tail.unitLength(tail.node("MatMul", [moved, axes]));
  }
  const centred = tail.unitLength(tail.node("Add", [vector, tail.floats([dimensions], offset(mean))]));
  // The intercept's row of weights is a bias.
  const slopes = weights.subarray(0, dimensions * classes.length).map((value) => sharpness * value);
  const bias = weights.subarray(dimensions * classes.length).map((value) => sharpness * intercept * value);
  const scores = tail.node("Gemm", [centred, tail.floats([dimensions, classes.length], slopes), tail.floats([classes.length], bias)]);
  const probabilities = tail.node("Softmax", [scores], { axis: int(1) }, probabilitiesName);
  const graph = tail.extend(given.graph);
  const batch = given.graph.outputs.find(({ name }) => name === source)?.type?.shape?.[0] ?? "batch";
  const info = (name: string, width: number): ValueInfo => ({
    name,
    type: { elementType: "float32", shape: [batch, width] },
    docString: "",
    otherType: null,
  });
  const others = given.graph.outputs.filter(({ name }) => name !== source);
  return {
    ...given,
    metadata: new Map([...given.metadata, [classesKey, JSON.stringify(classes)], [thresholdKey, String(threshold)]]),
    graph: { ...graph, outputs: [info(embedding, output.dimensions), info(probabilities, classes.length), ...others] },
  };
}

function withOutputCalled(model: Model, from: string, to: string): Model {
  const rename = (name: string): string => (name === from ? to : name);
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({
        ...node,
        name: rename(node.name),
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
      outputs: graph.outputs.map((each) => ({ ...each, name: rename(each.name) })),
      valueInfos: graph.valueInfos.filter(({ name }) => name !== from),
    },
  };
}
