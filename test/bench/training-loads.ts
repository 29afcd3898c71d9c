/**
 * @file Training steps that executors and devices are measured on: two views a picture, NT-Xent, SGD with momentum, everything trained, and batches of noise.
 */
import { createRandom } from "#engine/base/random.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { buildArchitecture } from "#engine/training/architectures/table.ts";
import { simclr } from "#engine/training/methods/simclr.ts";
import { networkOfEncoder } from "#engine/training/network/from-encoder.ts";
import type { Network } from "#engine/training/network/network.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";
import { buildStep, type TrainingStep } from "#engine/training/step/build-step.ts";

export interface Load {
  readonly images: number;
  readonly size: number;
  network(): Network;
}

const built = (name: string, size: number, images: number): Load => ({
  images,
  size,
  network: () => buildArchitecture(name, size, createRandom(1)).network,
});
const bundled = (size: number): Load => ({ images: 32, size, network: () => networkOfEncoder(findEncoder(defaultEncoderId).card) });

export const loads: Readonly<Record<string, Load>> = {
  "resnet-small 32 px": built("resnet-small", 32, 64),
  "resnet18 32 px": built("resnet18", 32, 128),
  "efficientnet-lite0 96 px": bundled(96),
  "efficientnet-lite0 224 px": bundled(224),
  "vit-tiny 64 px": built("vit-tiny", 64, 64),
};

export function stepOf({ images, size, network }: Load): TrainingStep {
  const net = network();
  return buildStep({
    network: net,
    method: simclr,
    settings: { temperature: 0.5, hidden: 0, projection: 128, norm: 0 },
    images,
    population: images,
    size,
    trainable: trainableWeights(net, "all", size),
    batchStatistics: true,
    optimizer: "sgd",
    optimizerOptions: { momentum: 0.9, decay: 1e-4, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 1e-3 },
    clip: 0,
    seed: 1,
  });
}

/** Of the step `at`. */
export function feedsOf(step: TrainingStep, { images, size }: Load, at: number): Map<string, HostTensor> {
  const random = createRandom(2 + at);
  const shape = [2 * images, 3, size, size];
  const data = Float32Array.from({ length: elementCount(shape) }, () => random.normal());
  const scalar = (value: number): HostTensor => ({ type: "float32", shape: [], data: Float32Array.of(value) });
  return new Map([
    ["views", { type: "float32", shape, data } as const],
    ...step.scalars.map((name) => [name, scalar(name === "rate" ? 0.01 : at + 1)] as const),
  ]);
}
