/**
 * @file A training step of a small residual net with SimCLR, and what is fed to it: the same for every executor.
 */
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import type { Executor, HostTensor } from "#engine/runtime/training/executor.ts";
import { invertedBottleneck } from "#engine/training/architectures/efficientnet-lite.ts";
import { Layers } from "#engine/training/architectures/layers.ts";
import { resNet } from "#engine/training/architectures/resnet.ts";
import { simclr } from "#engine/training/methods/simclr.ts";
import type { OptimizerName } from "#engine/training/optimizers/optimizer.ts";
import { buildStep, type TrainingStep } from "#engine/training/step/build-step.ts";

const images = 4;
const size = 8;

/** A ResNet, or a net of depthwise convolutions, one of them with a stride. */
export function smallStep(optimizer: OptimizerName, kind: SmallNet = "residual"): TrainingStep {
  const builder = new GraphBuilder(17);
  const layers = new Layers(builder, createRandom(1));
  const image = builder.input("image", "float32", [1, 3, size, size]);
  const featureMap = kind === "residual" ? resNet(layers, image, { width: 4, blocks: [1, 1] }) : depthwiseNet(layers, image);
  const embedding = layers.pool(featureMap);
  const dimensions = builder.shapeOf(embedding)[1] as number;
  const model = modelOf(builder, [embedding], "small");
  const names = model.graph.initializers.map(({ name }) => name);
  return buildStep({
    network: { model, inputs: [{ name: "image", shape: [3, null, null] }], embedding, dimensions, featureMap },
    method: simclr,
    settings: { temperature: 0.5, hidden: 0, projection: 8, norm: 1 },
    images,
    population: 100,
    size,
    trainable: new Set(names.filter((name) => /weight|bias/.test(name))),
    batchStatistics: true,
    optimizer,
    optimizerOptions: { momentum: 0.9, decay: 1e-3, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 1e-3 },
    clip: 5,
    seed: 3,
  });
}

export type SmallNet = "residual" | "depthwise";

function depthwiseNet(layers: Layers, image: string): string {
  const stem = layers.relu6(layers.norm(layers.convolution(image, { outputs: 8, kernel: 3 })));
  const block = { wider: 2, channels: 8, kernel: 3 };
  return invertedBottleneck(layers, invertedBottleneck(layers, stem, { ...block, stride: 1 }), { ...block, channels: 12, stride: 2 });
}

/** Runs so many steps; gives the losses and the state at the end. */
export async function runSteps(
  executor: Executor,
  step: TrainingStep,
  { from = 0, count }: { readonly from?: number; readonly count: number },
): Promise<{ readonly losses: number[]; readonly state: Map<string, HostTensor> }> {
  const losses: number[] = [];
  for (let at = from; at < from + count; at++) {
    const results = await executor.step(feedsOf(step, at));
    losses.push(results.get("metric/loss")?.data[0] as number);
  }
  return { losses, state: await executor.readState() };
}

export function feedsOf(step: TrainingStep, at: number): Map<string, HostTensor> {
  const random = createRandom(100 + at);
  const scalar = (value: number): HostTensor => ({ type: "float32", shape: [], data: Float32Array.of(value) });
  const numbers: Readonly<Record<string, number>> = { rate: 0.01, step: at + 1 };
  const pictures = Float32Array.from({ length: 2 * images * 3 * size * size }, () => random.normal());
  return new Map([
    ["views", { type: "float32", shape: [2 * images, 3, size, size], data: pictures } as const],
    ...step.scalars.map((name) => [name, scalar(numbers[name] as number)] as const),
  ]);
}
