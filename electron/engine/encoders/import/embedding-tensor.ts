/**
 * @file Which tensor of a stranger's graph is the embedding: the one that is asked for, or the one that is found by the rules below; and how it
 * becomes one row of numbers per picture.
 */
import { poolings, type PoolingName, type TensorChoice } from "#protocol/encoder-contract.ts";

import { UserError } from "../../base/errors.ts";
import type { ElementType } from "../../onnx/element-type.ts";
import type { Graph } from "../../onnx/model.ts";
import type { StaticType } from "../../onnx/shapes/rule.ts";
import type { Types } from "../../onnx/type-table.ts";
import { findClassifierHead } from "./classifier-head.ts";
import { walkGraph } from "./walk-graph.ts";

/** How a tensor becomes [batch, dimensions]. */
export type Pooling = PoolingName;
export const poolingNames: readonly Pooling[] = poolings;

export interface EmbeddingTensor {
  readonly tensor: string;
  readonly pooling: Pooling;
  readonly dimensions: number;
  /** How it was found, in words. */
  readonly why: string;
}

export interface EmbeddingWishes {
  readonly tensor?: string | undefined;
  readonly pooling?: Pooling | undefined;
}

export interface InferredGraph {
  readonly graph: Graph;
  readonly types: Types;
  /** Of the shapes in `types`. */
  readonly batch: number;
}

const floats: readonly ElementType[] = ["float32", "float16", "float64"];

/** Throws UserError `encoder-output`: nothing fits, or several do. */
export function findEmbedding(inferred: InferredGraph, wishes: EmbeddingWishes): EmbeddingTensor {
  if (wishes.tensor !== undefined) return asked(inferred, wishes.tensor, wishes.pooling);
  const { graph, types } = inferred;
  const outputs = graph.outputs.map(({ name }) => name).filter((name) => isUsable(inferred, types.types.get(name)));
  const flat = outputs.filter((name) => widthOf(inferred, name) !== null);
  const heads = new Map(flat.map((name) => [name, findClassifierHead(graph, types, name)]));
  const embeddings = flat.filter((name) => heads.get(name) === null);
  const [only] = embeddings;
  if (only !== undefined && embeddings.length === 1) {
    const among = outputs.length === 1 ? "the only output" : "the only output with one row per picture that is no classifier's";
    return pooled(inferred, { tensor: only, why: `${among}, "${only}"`, pooling: wishes.pooling });
  }
  if (embeddings.length > 1) severalFit(inferred, embeddings);
  const inputs = new Set([...heads.values()].flatMap((head) => (head === null ? [] : [head.input])));
  const [name, head] = [...heads][0] ?? [];
  if (name !== undefined && head && inputs.size === 1)
    return pooled(inferred, {
      tensor: head.input,
      why: `what goes into the last layer of the classifier (${head.classes} classes in "${name}": ${head.why})`,
      pooling: wishes.pooling,
    });
  const maps = outputs.filter((each) => !flat.includes(each));
  const [map] = maps;
  if (inputs.size > 1) severalFit(inferred, [...inputs]);
  if (map !== undefined && maps.length === 1)
    return pooled(inferred, { tensor: map, why: `the only output, "${map}"`, pooling: wishes.pooling });
  if (maps.length > 1) severalFit(inferred, maps);
  return refuse(
    `No output of the model is one row of floats per picture (${graph.outputs.map((output) => show(inferred, output.name)).join(", ")}). Name a tensor with --output.`,
  );
}

function asked(inferred: InferredGraph, tensor: string, pooling: Pooling | undefined): EmbeddingTensor {
  const type = inferred.types.types.get(tensor);
  if (type === undefined) refuse(`The model has no tensor "${tensor}". Among its last ones are ${lastValues(inferred)}.`);
  if (!isUsable(inferred, type))
    refuse(
      `The tensor ${show(inferred, tensor)} cannot be the embedding; expected floats with one row for each of the ${inferred.batch} pictures first, in 2 to 4 dimensions. Among the last ones are ${lastValues(inferred)}.`,
    );
  return pooled(inferred, { tensor, why: `the tensor asked for, "${tensor}"`, pooling });
}

interface Choice {
  readonly tensor: string;
  readonly why: string;
  readonly pooling: Pooling | undefined;
}

/** By the number of its dimensions: rows are taken as they are, tokens and maps become one row. */
function pooled(inferred: InferredGraph, { tensor, why, pooling: wished }: Choice): EmbeddingTensor {
  const shape = inferred.types.types.get(tensor)?.shape ?? [];
  const width = widthOf(inferred, tensor);
  if (wished !== undefined && rankOf[wished] !== shape.length && !(wished === "none" && width !== null))
    refuse(`The pooling "${wished}" does not fit the tensor ${show(inferred, tensor)}.`);
  if (width !== null && shape.length === 2) return { tensor, pooling: "none", dimensions: width, why };
  if (shape.length === 3) {
    const dimensions = shape[2] as number;
    const pooling = wished ?? (hasClassToken(inferred, shape[1] as number) ? "first-token" : "token-average");
    const how = pooling === "first-token" ? "its first token (the class token)" : `the average of its ${shape[1]} tokens`;
    return { tensor, pooling, dimensions, why: `${how} of ${why}` };
  }
  // Pictures are square, so height and width are equal and the odd one out is the channels.
  const [, second = 1, third = 1, fourth = 1] = shape;
  const channelsLast = wished === undefined ? second === third && third !== fourth : wished === "channels-last-average";
  const pooling = channelsLast ? "channels-last-average" : "average";
  return { tensor, pooling, dimensions: channelsLast ? fourth : second, why: `the average over the picture of ${why}` };
}

const rankOf: Readonly<Record<Pooling, number>> = {
  none: 2,
  average: 4,
  "channels-last-average": 4,
  "first-token": 3,
  "token-average": 3,
};

/** Class and register tokens that may stand before the patches. */
export const mostOtherTokens = 8;

/** Tokens of a grid of patches, with a few more before them. */
function hasClassToken({ graph, types }: InferredGraph, tokens: number): boolean {
  const { maker } = walkGraph(graph);
  const grids = new Set<number>();
  for (const node of graph.nodes) {
    if (node.opType !== "Conv" && maker(node.inputs[0] ?? "")?.opType !== "Conv") continue;
    const shape = types.types.get(node.outputs[0] ?? "")?.shape;
    if (shape?.length === 4) grids.add((shape[2] as number) * (shape[3] as number));
  }
  if (grids.has(tokens)) return false;
  for (let more = 1; more <= mostOtherTokens; more++) if (grids.has(tokens - more)) return true;
  // Patches cut out without a convolution.
  return !Number.isInteger(Math.sqrt(tokens)) && Number.isInteger(Math.sqrt(tokens - 1));
}

function isUsable({ batch }: InferredGraph, type: StaticType | undefined): boolean {
  if (type === undefined || !floats.includes(type.elementType)) return false;
  const { shape } = type;
  return shape.length >= 2 && shape.length <= 4 && shape[0] === batch && shape.every((size) => size >= 1 && size <= 65536);
}

/** Outputs first, then the last tensors inside that could be asked for. */
export function listChoices(inferred: InferredGraph): TensorChoice[] {
  const outputs = inferred.graph.outputs.map(({ name }) => name).filter((name) => isUsable(inferred, inferred.types.types.get(name)));
  const inner = usableValues(inferred).filter((name) => !outputs.includes(name));
  return [...outputs, ...inner.reverse()].map((name) => ({
    name,
    type: typeText(inferred, name),
    isOutput: outputs.includes(name),
    rank: inferred.types.types.get(name)?.shape.length ?? 0,
  }));
}

/** Numbers in a row of [batch, numbers]; null for other shapes. */
function widthOf({ types }: InferredGraph, tensor: string): number | null {
  const shape = types.types.get(tensor)?.shape;
  return shape?.length === 2 ? (shape[1] as number) : null;
}

function severalFit(inferred: InferredGraph, names: readonly string[]): never {
  return refuse(
    `Several tensors of the model may be the embedding: ${names.map((name) => show(inferred, name)).join(", ")}. Choose one with --output ${names[0]}.`,
  );
}

/** The last few tensors that could be asked for. */
function lastValues(inferred: InferredGraph): string {
  return (
    usableValues(inferred)
      .map((name) => show(inferred, name))
      .join(", ") || "none that could be"
  );
}

/** In the graph's order. */
function usableValues(inferred: InferredGraph): string[] {
  const names = inferred.graph.nodes.flatMap(({ outputs }) => outputs.slice(0, 1));
  return names.filter((name) => isUsable(inferred, inferred.types.types.get(name))).slice(-8);
}

function show(inferred: InferredGraph, name: string): string {
  return inferred.types.types.has(name) ? `${name}: ${typeText(inferred, name)}` : name;
}

function typeText({ types, batch }: InferredGraph, name: string): string {
  const { elementType, shape } = types.types.get(name) as StaticType;
  return `${elementType} [${shape.map((size, at) => (at === 0 && size === batch ? "batch" : size)).join(", ")}]`;
}

function refuse(why: string): never {
  throw new UserError("encoder-output", why);
}
