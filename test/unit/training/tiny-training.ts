/**
 * @file A training small enough for tests: one convolution, one norm, a mean; pictures of 8 x 8 made of random numbers, the views of a picture being it and noise.
 */
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import type { Executor, HostTensor, StepGraph } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { Layers } from "#engine/training/architectures/layers.ts";
import type { Method, Settings } from "#engine/training/methods/method.ts";
import { parseSettings } from "#engine/training/methods/parse-settings.ts";
import type { Network } from "#engine/training/network/network.ts";
import { buildStep, type TrainingStep } from "#engine/training/step/build-step.ts";

export const images = 4;
export const size = 8;
export const teacherDimensions = 6;

/** @param version of ONNX's operators */
export function tinyNetwork(seed = 1, version = 17): Network {
  const builder = new GraphBuilder(version);
  const layers = new Layers(builder, createRandom(seed));
  const pictures = builder.input("image", "float32", [1, 3, size, size]);
  const featureMap = layers.relu(layers.norm(layers.convolution(pictures, { outputs: 12, kernel: 3, stride: 2 })));
  const embedding = layers.pool(featureMap);
  return {
    model: modelOf(builder, [embedding]),
    inputs: [{ name: "image", shape: [3, null, null] }],
    embedding,
    dimensions: 12,
    featureMap,
  };
}

export interface TinyRun {
  readonly step: TrainingStep;
  readonly executor: Executor;
  readonly settings: Settings;
  /** One step; gives the metrics. @param progress of the whole training, 0 to 1 */
  advance(progress?: number): Promise<ReadonlyMap<string, number>>;
}

export interface TinyOptions {
  readonly method: Method;
  readonly set?: readonly string[];
  readonly population?: number;
  /** Null: the method's own. */
  readonly rate?: number;
  readonly seed?: number;
  readonly images?: number;
  /** All pictures are one and the same. */
  readonly isCollapsed?: boolean;
  /** Of ONNX's operators, in the network and so in the whole step. */
  readonly version?: number;
  /** ONNX Runtime on one thread if not given. */
  readonly open?: (graph: StepGraph, initial: ReadonlyMap<string, HostTensor>) => Promise<Executor>;
}

export async function openTiny({
  method,
  set = [],
  population = 40,
  rate,
  seed = 1,
  images: count = images,
  isCollapsed = false,
  version,
  open = (graph, initial) => openOnnxRuntimeExecutor(graph, initial, { threads: 1, device: "cpu" }),
}: TinyOptions): Promise<TinyRun> {
  const settings = parseSettings(method.settings, set);
  const network = tinyNetwork(1, version);
  const { optimizer, rate: ownRate, decay } = method.defaults.scratch;
  const trainable = new Set(network.model.graph.initializers.map(({ name }) => name).filter((name) => /weight|bias/.test(name)));
  const step = buildStep({
    network,
    method,
    settings,
    images: count,
    population,
    size,
    trainable,
    batchStatistics: true,
    optimizer,
    optimizerOptions: { momentum: 0.9, decay, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 0.02 },
    clip: 0,
    seed,
    teacherDimensions,
  });
  const executor = await open(step.graph, step.initial);
  const fixed = fixedFeeds(step, settings, count);
  if (isCollapsed) for (const { name } of step.groups) ((fixed.get(name) as HostTensor).data as Float32Array).fill(0.5);
  let at = 0;
  return {
    step,
    executor,
    settings,
    advance: async (progress = 0.5) => {
      at++;
      const numbers: Record<string, number> = { ...method.scalars?.(settings, progress, at), rate: rate ?? ownRate, step: at };
      const scalars = step.scalars.map((name) => [name, scalar(numbers[name])] as const);
      const results = await executor.step(new Map([...fixed, ...scalars]));
      return new Map(step.metrics.map((name) => [name, (results.get(`metric/${name}`) as HostTensor).data[0] as number]));
    },
  };
}

function scalar(value: number | undefined): HostTensor {
  if (value === undefined) throw new Error("a number that the step asks for is not fed");
  return { type: "float32", shape: [], data: Float32Array.of(value) };
}

/** The same at each step. */
function fixedFeeds(step: TrainingStep, settings: Settings, count: number): Map<string, HostTensor> {
  const random = createRandom(99);
  const feeds = new Map<string, HostTensor>();
  for (const { name, count: views, scale } of step.groups) {
    const side = Math.round(size * scale);
    const numbers = 3 * side * side;
    const pictures = Float32Array.from({ length: count * numbers }, () => random.normal());
    const data = Float32Array.from(
      { length: views * count * numbers },
      (_, at) => (pictures[at % pictures.length] as number) + 0.7 * random.normal(),
    );
    feeds.set(name, { type: "float32", shape: [views * count, 3, side, side], data });
  }
  const whole = (shape: number[], values: number[]): HostTensor => ({ type: "int64", shape, data: BigInt64Array.from(values, BigInt) });
  const order = Array.from({ length: count }, (_, at) => at);
  const length = settings["length"] ?? 0;
  const others: Readonly<Record<string, () => HostTensor>> = {
    positions: () =>
      whole(
        [count],
        order.map((at) => 3 * at + 1),
      ),
    labels: () =>
      whole(
        [count],
        order.map((at) => at % 2),
      ),
    tokens: () =>
      whole(
        [count, length],
        order.flatMap((row) => Array.from({ length }, (_, at) => (at < 2 + row ? 1 + ((7 * row + at) % 50) : 0))),
      ),
    teacher: () => ({
      type: "float32",
      shape: [count, teacherDimensions],
      data: Float32Array.from({ length: count * teacherDimensions }, () => random.normal()),
    }),
  };
  for (const name of step.feeds) feeds.set(name, (others[name] as () => HostTensor)());
  return feeds;
}

export async function stateOf(run: TinyRun): Promise<ReadonlyMap<string, Float32Array>> {
  const state = await run.executor.readState();
  return new Map([...state].map(([name, { data }]) => [name, data as Float32Array]));
}
