/**
 * @file How fast this machine trains: forward, backward and SGD with momentum on a fixed batch, NT-Xent over a two-layer head without norms, in float32. The
 * same work as test/bench/peers/training.py gives PyTorch.
 */
import { startTimer, type Clock } from "../../base/clock.ts";
import { createRandom } from "../../base/random.ts";
import { chooseExecutor, openExecutor, trainingDevice, type ExecutorChoice } from "../../runtime/training/choose.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { buildArchitecture } from "../architectures/table.ts";
import { simclr } from "../methods/simclr.ts";
import { trainableWeights } from "../network/trainable.ts";
import { buildStep } from "../step/build-step.ts";

export interface BenchRequest {
  readonly architecture: string;
  /** null: the architecture's own. */
  readonly size: number | null;
  /** Pictures; each gives two views. */
  readonly images: number;
  readonly device: string;
  readonly executor: ExecutorChoice;
  readonly threads: number;
  readonly clock: Clock;
  readonly onStep: (done: number, total: number) => void;
}

export interface BenchResult {
  readonly viewsPerSecond: number;
  readonly executor: string;
  readonly nodes: number;
  readonly buildSeconds: number;
  readonly openSeconds: number;
  readonly stepSeconds: readonly number[];
}

const measuredSteps = 6;

export async function benchTraining(request: BenchRequest): Promise<BenchResult> {
  const { images, clock } = request;
  const building = startTimer(clock);
  const { network, size } = buildArchitecture(request.architecture, request.size, createRandom(1));
  const settings = { ...Object.fromEntries(Object.entries(simclr.settings).map(([name, { value }]) => [name, value])), norm: 0 };
  const step = buildStep({
    network,
    method: simclr,
    settings,
    images,
    population: images,
    size,
    trainable: trainableWeights(network, "all", size),
    batchStatistics: true,
    optimizer: "sgd",
    optimizerOptions: { momentum: 0.9, decay: 5e-4, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 0.02 },
    clip: 0,
    seed: 1,
  });
  const buildSeconds = building();
  const opening = startTimer(clock);
  const device = trainingDevice(request.device);
  const kind = chooseExecutor(device, request.executor);
  const executor = await openExecutor({ graph: step.graph, initial: step.initial, device, executor: kind, threads: request.threads });
  const openSeconds = opening();
  const random = createRandom(2);
  const data = Float32Array.from({ length: 2 * images * 3 * size * size }, () => random.normal());
  const feeds = new Map<string, HostTensor>([
    ["views", { type: "float32", shape: [2 * images, 3, size, size], data }],
    ["rate", { type: "float32", shape: [], data: Float32Array.of(0.03) }],
  ]);
  const stepSeconds: number[] = [];
  try {
    for (let at = 0; at <= measuredSteps; at++) {
      const timer = startTimer(clock);
      await executor.step(feeds);
      // The first one also warms up.
      if (at > 0) stepSeconds.push(timer());
      request.onStep(at, measuredSteps);
    }
  } finally {
    await executor.close();
  }
  return {
    viewsPerSecond: (2 * images) / medianOf(stepSeconds),
    executor: executor.kind,
    nodes: step.graph.model.graph.nodes.length,
    buildSeconds,
    openSeconds,
    stepSeconds,
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle) - 1] as number)) / 2;
}
