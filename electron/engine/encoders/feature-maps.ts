/**
 * @file The spatial tensors of an encoder as further outputs, so that it serves as the backbone of a detector or a segmenter: those its card
 * names, else the last feature map of each resolution that the graph has.
 */
import { BugError } from "../base/errors.ts";
import { ints } from "../onnx/graph-builder.ts";
import { inferTypes } from "../onnx/infer.ts";
import type { Model, ValueInfo } from "../onnx/model.ts";
import type { StaticType } from "../onnx/shapes/rule.ts";
import type { EncoderCard } from "./encoder-card.ts";
import { GraphTail } from "./graph-tail.ts";
import { mostOtherTokens } from "./import/embedding-tensor.ts";

export interface WithFeatureMaps {
  readonly model: Model;
  /** Names of the outputs, [batch, channels, height, width], finest first. */
  readonly spatial: readonly string[];
}

/** Stands out among the sizes in a graph. */
const oddBatch = 7;
/** Fewer are masks or scores. */
const fewestChannels = 4;

/** Gives no maps for a graph that has none. */
export function addFeatureMaps(model: Model, card: Pick<EncoderCard, "input" | "spatial">): WithFeatureMaps {
  const { input } = card;
  const batch = input.batch ?? oddBatch;
  const shape = input.layout === "NCHW" ? [batch, 3, input.size, input.size] : [batch, input.size, input.size, 3];
  const { types } = inferTypes(model, new Map([[input.name, shape]]));
  const maps = card.spatial.length > 0 ? named(card.spatial, types) : lastOfEach(model, types, batch);
  const tail = new GraphTail(model);
  const outputs: ValueInfo[] = [];
  const spatial: string[] = [];
  for (const { name, form, channels, side } of maps) {
    const output = brought(tail, name, form);
    spatial.push(output);
    if (model.graph.outputs.some((each) => each.name === output)) continue;
    const type = { elementType: "float32", shape: [input.batch ?? "batch", channels, side, side] } as const;
    outputs.push({ name: output, type, docString: "", otherType: null });
  }
  const graph = tail.extend(model.graph);
  return {
    model: { ...model, graph: { ...graph, outputs: [...graph.outputs, ...outputs] } },
    spatial,
  };
}

/** How the numbers of a map lie: as wanted, channels last, or as tokens after `skipped` others (class and register tokens). */
type Form =
  | { readonly kind: "planes" }
  | { readonly kind: "channels-last" }
  | { readonly kind: "tokens"; readonly skipped: number; readonly side: number };

interface FeatureMap {
  readonly name: string;
  readonly form: Form;
  readonly channels: number;
  readonly side: number;
}

/** As [batch, channels, height, width]; the value itself where it is so already. */
function brought(tail: GraphTail, name: string, form: Form): string {
  if (form.kind === "planes") return name;
  if (form.kind === "channels-last") return tail.node("Transpose", [name], { perm: ints([0, 3, 1, 2]) });
  const { skipped, side } = form;
  const patches =
    skipped === 0 ? name : tail.node("Slice", [name, tail.list([skipped]), tail.list([skipped + side * side]), tail.list([1])]);
  const planes = tail.node("Transpose", [patches], { perm: ints([0, 2, 1]) });
  return tail.node("Reshape", [planes, tail.list([0, 0, side, side])]);
}

function named(names: readonly string[], types: ReadonlyMap<string, StaticType>): FeatureMap[] {
  return names.map((name) => {
    const shape = types.get(name)?.shape;
    const [, channels = 0, side = 0] = shape ?? [];
    if (shape?.length !== 4) throw new BugError(`the card names the feature map "${name}", which the model does not have`);
    return { name, form: { kind: "planes" }, channels, side };
  });
}

/**
 * Resolutions are those that a convolution, a pooling or a normalisation of a whole map gives: a square table of attention between tokens is no
 * feature map.
 */
function lastOfEach(model: Model, types: ReadonlyMap<string, StaticType>, batch: number): FeatureMap[] {
  const sides = new Set<number>();
  const found = new Map<number, FeatureMap>();
  for (const node of model.graph.nodes) {
    const name = node.outputs[0] ?? "";
    const type = types.get(name);
    if (type?.elementType !== "float32" || type.shape[0] !== batch) continue;
    const map = type.shape.length === 4 ? asMap(name, type.shape) : asTokens(name, type.shape, sides);
    if (map === null || map.side < 2 || map.channels < fewestChannels) continue;
    if (makesResolution(node.opType) && map.form.kind !== "tokens") sides.add(map.side);
    if (sides.has(map.side)) found.set(map.side, map);
  }
  return [...found.values()].sort((one, other) => other.side - one.side);
}

/** Pictures are square, so of three sizes two are equal. */
function asMap(name: string, [, second = 0, third = 0, fourth = 0]: readonly number[]): FeatureMap | null {
  if (third === fourth) return { name, form: { kind: "planes" }, channels: second, side: fourth };
  return second === third ? { name, form: { kind: "channels-last" }, channels: fourth, side: second } : null;
}

/** [batch, tokens, channels] with a token for each place of a resolution that is known. */
function asTokens(name: string, shape: readonly number[], sides: ReadonlySet<number>): FeatureMap | null {
  const [, tokens = 0, channels = 0] = shape;
  if (shape.length !== 3) return null;
  for (const side of sides) {
    const skipped = tokens - side * side;
    if (skipped >= 0 && skipped <= mostOtherTokens && channels !== side * side)
      return { name, form: { kind: "tokens", skipped, side }, channels, side };
  }
  return null;
}

function makesResolution(opType: string): boolean {
  return opType === "Conv" || opType === "ConvTranspose" || opType.endsWith("Pool") || opType === "LayerNormalization";
}
