/**
 * @file From a network and a method to the graph of one training step: forward, loss, gradients, optimizer. State goes in and comes out, so whatever runs
 * the graph trains.
 */
import { addGradients } from "../../autodiff/backward.ts";
import { BugError, UserError } from "../../base/errors.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { newNode } from "../../onnx/new-node.ts";
import { modelOf } from "../../onnx/new-model.ts";
import { simplify } from "../../onnx/simplify.ts";
import { elementCount, floatsOf } from "../../onnx/tensor-values.ts";
import type { HostTensor, StepGraph } from "../../runtime/training/executor.ts";
import type { EncodeOptions, Method, MethodContext, Settings, ViewGroup, Weights } from "../methods/method.ts";
import { instantiate, type Instance } from "../network/instantiate.ts";
import type { Network } from "../network/network.ts";
import { optimizers, type OptimizerName, type OptimizerOptions } from "../optimizers/optimizer.ts";
import { CachedGradients } from "./cached-gradients.ts";
import { Draft } from "./draft.ts";
import { addMomentum } from "./momentum.ts";

export interface StepRequest {
  readonly network: Network;
  readonly method: Method;
  readonly settings: Settings;
  /** Pictures in a batch. */
  readonly images: number;
  /** Pictures in the training set. */
  readonly population: number;
  /** Side of a view of scale 1. */
  readonly size: number;
  /** Initializers of the network that are trained. */
  readonly trainable: ReadonlySet<string>;
  /** BatchNormalizations with trained scales take the batch's statistics. */
  readonly batchStatistics: boolean;
  readonly optimizer: OptimizerName;
  readonly optimizerOptions: OptimizerOptions;
  /** Longest gradient, all parameters together; 0: no limit. */
  readonly clip: number;
  readonly seed: number;
  /** Pieces that a batch passes the network in, one after another; 1 if not given (cached-gradients.ts). */
  readonly pieces?: number;
  /** Numbers that a larger encoder gives for a picture, where the method learns from one. */
  readonly teacherDimensions?: number;
}

export interface TrainingStep {
  readonly graph: StepGraph;
  readonly initial: ReadonlyMap<string, HostTensor>;
  readonly groups: readonly ViewGroup[];
  /** Feeds other than the views, such as "positions". */
  readonly feeds: readonly string[];
  /** Numbers fed at each step. */
  readonly scalars: readonly string[];
  /** Outputs that are numbers: "loss" and others. */
  readonly metrics: readonly string[];
  /** Initializer of the network -> state that holds its trained value; running statistics too. */
  readonly weights: ReadonlyMap<string, string>;
}

export function buildStep(request: StepRequest): TrainingStep {
  const { network, method, settings, images, trainable } = request;
  const builder = new GraphBuilder(network.model.opsets.get("") ?? 17);
  const draft = new Draft(builder);
  const random = createRandom(request.seed);
  const groups = method.views(settings);
  const weights = holdWeights(draft, network, trainable);
  const normsInBatch = (node: Node): boolean => request.batchStatistics && trainable.has(node.inputs[1] as string);
  const statistics = holdStatistics(draft, network, normsInBatch);
  const online: Weights = { label: "online", of: (parameter) => parameter, keepsStatistics: true };
  const momentum = addMomentum(draft);
  const encoded = new Map<string, Instance>();
  const cached = (request.pieces ?? 1) > 1 ? new CachedGradients(draft, request.pieces as number) : null;

  const encode = (name: string, used: Weights, options: EncodeOptions = {}): string => {
    const group = groups.find((each) => each.name === name);
    if (group === undefined) throw new BugError(`the method ${method.id} has no views "${name}"`);
    const pictures = feedOfGroup(draft, request, group);
    const [from, to] = options.views ?? [0, group.count];
    const parts = options.parts ?? 1;
    const shuffles = options.isShuffled === true && parts > 1;
    const order = (value: string): string => (shuffles ? blocks(draft, value, parts) : value);
    const restore = (value: string): string =>
      shuffles ? blocks(draft, value, (draft.operators.shape(value)[0] as number) / parts) : value;
    const encodeRows = (inputs: readonly string[], label: string): Instance =>
      instantiate({
        builder,
        network,
        inputs,
        prefix: `${used.label}/${name}/${from}-${to}/${label}`,
        weightOf: (initializer) => {
          const state = weights.get(initializer);
          if (state !== undefined) return used.of(state);
          return statistics.get(initializer) ?? null;
        },
        usesBatch: normsInBatch,
        parts,
      });
    const inputs = pictures.map((input) => order(draft.operators.rows(input, from * images, to * images)));
    if (cached !== null && used === online) {
      const { embedding, first } = cached.encode(inputs, encodeRows);
      keepStatistics(draft, statistics, first);
      encoded.set(`${used.label}/${name}`, { ...first, featureMap: null });
      return restore(embedding);
    }
    const instance = encodeRows(inputs, "");
    if (used.keepsStatistics) keepStatistics(draft, statistics, instance);
    encoded.set(`${used.label}/${name}`, { ...instance, featureMap: instance.featureMap === null ? null : restore(instance.featureMap) });
    return restore(instance.embedding);
  };
  const context: MethodContext = {
    draft,
    settings,
    images,
    population: request.population,
    dimensions: network.dimensions,
    random: random as Random,
    online,
    momentum: momentum.weights,
    encode,
    featureMap: (name, used) => {
      const map = encoded.get(`${used.label}/${name}`)?.featureMap;
      if (map === undefined) throw new BugError(`the views "${name}" were not encoded with the ${used.label} weights`);
      if (map === null)
        throw new UserError(
          "no-feature-map",
          `${method.title} compares places of a picture, and this encoder has no feature map to take them from.`,
        );
      return map;
    },
    positions: () => draft.feed("positions", "int64", [images]),
    labels: () => draft.feed("labels", "int64", [images]),
    tokens: (length) => draft.feed("tokens", "int64", [images, length]),
    teacher: () => {
      if (request.teacherDimensions === undefined) throw new BugError(`${method.id} needs the length of its teacher's embeddings`);
      return draft.feed("teacher", "float32", [images, request.teacherDimensions]);
    },
  };
  const loss = method.build(context);
  draft.metric("loss", loss);
  optimise(draft, request, gradientsOf(draft, loss, weights, cached));
  momentum.finish();
  return finish(draft, groups, new Map([...weights, ...statistics]));
}

/** Row b * m + i becomes row i * count + b, where m = rows / count: blocks of neighbours become what `parts` of the batch take. */
function blocks({ operators, builder }: Draft, value: string, count: number): string {
  const [rows = 0, ...rest] = operators.shape(value);
  const cut = builder.reshape(value, [count, rows / count, elementCount(rest)]);
  return builder.reshape(operators.permute(cut, [1, 0, 2]), [rows, ...rest]);
}

/** Trained initializers become parameters. */
function holdWeights(draft: Draft, network: Network, trainable: ReadonlySet<string>): Map<string, string> {
  const weights = new Map<string, string>();
  for (const tensor of network.model.graph.initializers) {
    if (!trainable.has(tensor.name)) continue;
    weights.set(
      tensor.name,
      draft.parameter(`encoder/${tensor.name}`, tensor.dimensions, () => Float32Array.from(floatsOf(tensor))),
    );
  }
  return weights;
}

/** Running statistics of the norms that take the batch's. */
function holdStatistics(draft: Draft, network: Network, usesBatch: (node: Node) => boolean): Map<string, string> {
  const tensors = new Map(network.model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const statistics = new Map<string, string>();
  for (const node of network.model.graph.nodes) {
    if (node.opType !== "BatchNormalization" || !usesBatch(node)) continue;
    for (const name of node.inputs.slice(3)) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new BugError(`the statistics ${name} are no initializer`);
      statistics.set(
        name,
        draft.state(`encoder/${name}`, tensor.dimensions, () => Float32Array.from(floatsOf(tensor))),
      );
    }
  }
  return statistics;
}

/** Where several kinds of views pass in one step, the first one's count. */
function keepStatistics(draft: Draft, statistics: ReadonlyMap<string, string>, instance: Instance): void {
  for (const [initializer, value] of instance.statistics) {
    const state = statistics.get(initializer) as string;
    if (draft.updated(state) === null) draft.update(state, value);
  }
}

function feedOfGroup(draft: Draft, { network, images, size }: StepRequest, group: ViewGroup): string[] {
  const rows = group.count * images;
  const side = Math.round(size * group.scale);
  return network.inputs.map(({ name, shape }, at) =>
    draft.feed(at === 0 ? group.name : `${group.name}/${name}`, "float32", [rows, ...shape.map((each) => each ?? side)]),
  );
}

/** Of each parameter, in order. */
function gradientsOf(draft: Draft, loss: string, weights: ReadonlyMap<string, string>, cached: CachedGradients | null): string[] {
  const names = [...draft.parameters.keys()];
  if (cached === null) return addGradients(draft.builder, loss, names);
  const inside = new Set(weights.values());
  const found = cached.gradients(
    loss,
    names.filter((name) => inside.has(name)),
    names.filter((name) => !inside.has(name)),
  );
  return names.map((name) => found.get(name) as string);
}

function optimise(draft: Draft, { optimizer, optimizerOptions, clip }: StepRequest, gradients: readonly string[]): void {
  const { builder, operators } = draft;
  const parameters = [...draft.parameters.values()];
  const length = operators.unary("Sqrt", operators.sumOfSquares(gradients));
  draft.metric("gradientNorm", length);
  const factor =
    clip > 0 ? builder.node("Min", [operators.number(1), operators.divide(operators.number(clip), operators.shift(length, 1e-9))]) : null;
  const rate = draft.scalar("rate");
  parameters.forEach((parameter, at) => {
    const gradient = gradients[at] as string;
    const next = optimizers[optimizer]({
      draft,
      parameter,
      gradient: factor === null ? gradient : operators.multiply(gradient, factor),
      rate: parameter.rateScale === null ? rate : operators.multiply(rate, parameter.rateScale),
      options: optimizerOptions,
    });
    draft.update(parameter.name, parameter.after === null ? next : parameter.after(next));
  });
}

function finish(draft: Draft, groups: readonly ViewGroup[], weights: ReadonlyMap<string, string>): TrainingStep {
  const { builder, operators } = draft;
  const named = (name: string, value: string): string => {
    builder.add(newNode({ opType: "Identity", inputs: [value], outputs: [name] }));
    return name;
  };
  const metrics = [...draft.metrics].map(([name, value]) => named(`metric/${name}`, operators.builder.reshape(value, [])));
  // The last layers first: their gradients are there first, and ONNX Runtime, which goes by the outputs, lets go of them the sooner (a fourteenth of the memory).
  const state = [...draft.initial.keys()].reverse().map((input) => {
    const value = draft.updated(input);
    if (value === null) throw new BugError(`the state "${input}" is never updated`);
    return { input, output: named(`next/${input}`, value) };
  });
  const model = modelOf(builder, [...metrics, ...state.map(({ output }) => output)], "training-step");
  return {
    graph: { model: simplify(model, new Map()).model, state },
    initial: draft.initial,
    groups,
    feeds: draft.feeds.filter((name) => !groups.some((group) => name === group.name || name.startsWith(`${group.name}/`))),
    scalars: draft.scalars,
    metrics: [...draft.metrics.keys()],
    weights,
  };
}
