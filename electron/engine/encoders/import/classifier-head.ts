/**
 * @file Tells a classifier's scores from an embedding. Most encoders are handed on with their last layer on: its thousand scores say little about
 * pictures of other things, what goes into it says much.
 */
import type { Graph } from "../../onnx/model.ts";
import type { Types } from "../../onnx/type-table.ts";
import { walkGraph } from "./walk-graph.ts";

export interface ClassifierHead {
  /** What goes into the last layer. */
  readonly input: string;
  readonly classes: number;
  /** Why it is taken for one, in words. */
  readonly why: string;
}

/** Widths of embeddings are multiples of it; numbers of classes (10, 1000, 21841) hardly ever are. */
const usualMultiple = 32;
/** ImageNet's, with and without "background", and the whole of it: numbers that no width of a network is. */
const knownClasses: readonly number[] = [1000, 1001, 21_841, 21_843];
const scoreNames = /logit|prob|score|class|softmax|prediction/i;
const embeddingNames = /embed|feature|proj|pool/i;

/** Operators between the last layer and the output that change no meaning. */
const passing = new Set(["Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze"]);
const pooling = new Set(["GlobalAveragePool", "AveragePool", "ReduceMean"]);

/** The classifier's last layer that makes `output` [batch, numbers]; null: it is an embedding. */
export function findClassifierHead(graph: Graph, { types }: Types, output: string): ClassifierHead | null {
  const { maker, isConstant } = walkGraph(graph);
  let isSoft = false;
  let isPooled = false;
  let isRectified = false;
  let value = output;
  for (let node = maker(value); node !== null; node = maker(value)) {
    const [first = "", second = ""] = node.inputs;
    if (node.opType === "Softmax" || node.opType === "LogSoftmax") {
      isSoft = true;
      value = first;
    } else if (passing.has(node.opType)) value = first;
    else if (pooling.has(node.opType)) {
      isPooled = true;
      value = first;
    } else if (node.opType === "Relu" && isPooled && !isRectified) {
      // Scores are rarely rectified before they are averaged (SqueezeNet); features always are.
      isRectified = true;
      value = first;
    } else if (node.opType === "Add" && isConstant(first) !== isConstant(second)) value = isConstant(first) ? second : first;
    else if (isLastLayer(node.opType, isPooled) && isConstant(second) && !isConstant(first)) {
      const classes = types.get(output)?.shape[1] ?? 0;
      const why = isRectified && !knownClasses.includes(classes) ? null : reason(output, classes, isSoft);
      return why === null ? null : { input: first, classes, why };
    } else return null;
  }
  return null;
}

/** A convolution is one where its scores are averaged over the picture or the picture was averaged before. */
function isLastLayer(opType: string, isPooled: boolean): boolean {
  return opType === "Conv" || (!isPooled && (opType === "Gemm" || opType === "MatMul"));
}

function reason(output: string, classes: number, isSoft: boolean): string | null {
  if (isSoft) return "a softmax follows its last layer";
  if (embeddingNames.test(output)) return null;
  if (scoreNames.test(output)) return `its output is named "${output}"`;
  return classes % usualMultiple === 0 ? null : `${classes} numbers is no usual width of an embedding`;
}
