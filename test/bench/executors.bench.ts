/**
 * @file `npm run bench executors [STEPS]`: views a second of one training step on each executor that is here, forward, back and SGD: ResNet-18 (width 64)
 * on 32 pixels and the bundled encoder's net on 96. Each runs in a process of its own, whose peak of memory is told beside it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { createRandom } from "#engine/base/random.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { Executor, HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import { findTensorflow, tensorflowEnvironment } from "#engine/runtime/training/tensorflow/load.ts";
import { buildArchitecture } from "#engine/training/architectures/table.ts";
import { simclr } from "#engine/training/methods/simclr.ts";
import { buildStep, type TrainingStep } from "#engine/training/step/build-step.ts";
import { networkOfEncoder } from "#engine/training/network/from-encoder.ts";
import type { Network } from "#engine/training/network/network.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";

interface Load {
  readonly images: number;
  readonly size: number;
  network(): Network;
}

const loads: Readonly<Record<string, Load>> = {
  resnet18: { images: 128, size: 32, network: () => buildArchitecture("resnet18", 32, createRandom(1)).network },
  "efficientnet-lite0": { images: 32, size: 96, network: () => networkOfEncoder(findEncoder(defaultEncoderId).card) },
};

const [first = "6", kind, load] = process.argv.slice(2);
if (kind === undefined || load === undefined) {
  const kinds = ["onnxruntime", ...(findTensorflow() === null ? [] : ["tensorflow"])];
  for (const name of Object.keys(loads))
    for (const each of kinds) {
      const env = { ...process.env, ...(each === "tensorflow" ? tensorflowEnvironment() : {}) };
      const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, first, each, name], { encoding: "utf8", env });
      console.log(status === 0 ? stdout.trim() : `${name} on ${each} failed: ${stderr.trim().split("\n").slice(-3).join(" ")}`);
    }
} else await measure(loads[load] as Load, { name: load, kind, steps: Number(first) });

async function measure(given: Load, { name, kind, steps }: { name: string; kind: string; steps: number }): Promise<void> {
  const step = stepOf(given);
  const options = { threads: 2 };
  const executor: Executor =
    kind === "tensorflow"
      ? await openTensorflowExecutor(step.graph, step.initial, options)
      : await openOnnxRuntimeExecutor(step.graph, step.initial, { ...options, device: "cpu" });
  const feeds = feedsOf(step, given);
  await executor.step(feeds);
  const seconds: number[] = [];
  let loss = NaN;
  for (let at = 0; at < steps; at++) {
    const start = process.hrtime.bigint();
    const results = await executor.step(feeds);
    loss = results.get("metric/loss")?.data[0] as number;
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  const median = seconds.sort((one, other) => one - other)[Math.floor(seconds.length / 2)] as number;
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  console.log(
    `${name} on ${kind}: ${((2 * given.images) / median).toFixed(1)} views/s (${median.toFixed(2)} s a step), ${(Number(peak) / 1024).toFixed(0)} MB at most, loss ${loss.toFixed(4)}`,
  );
  await executor.close();
}

function stepOf({ images, size, network }: Load): TrainingStep {
  const net = network();
  return buildStep({
    network: net,
    method: simclr,
    settings: { temperature: 0.2, hidden: 0, projection: 128, norm: 0 },
    images,
    population: images,
    size,
    trainable: trainableWeights(net, "all", size),
    batchStatistics: true,
    optimizer: "sgd",
    optimizerOptions: { momentum: 0.9, decay: 5e-4, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 1e-3 },
    clip: 0,
    seed: 1,
  });
}

function feedsOf(step: TrainingStep, { images, size }: Load): Map<string, HostTensor> {
  const random = createRandom(2);
  const shape = [2 * images, 3, size, size];
  const data = Float32Array.from({ length: elementCount(shape) }, () => random.normal());
  const rate: HostTensor = { type: "float32", shape: [], data: Float32Array.of(0.01) };
  return new Map([["views", { type: "float32", shape, data } as const], ...step.scalars.map((scalar) => [scalar, rate] as const)]);
}
