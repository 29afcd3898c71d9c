/**
 * @file The kernels of training, shape by shape: every convolution of ResNet-18 (32 pixels, 2 x 128 views) and of EfficientNet-Lite0 (96 pixels, 2 x 32 views), forward
 * and by both gradients, in milliseconds and GFLOP/s of the plain algorithm (minimal filtering needs fewer, so it may lie above what the processor can do).
 *
 *     npm run bench training-kernels -- [--net resnet18|efficientnet-lite0] [--threads N] [--runs N] [--torch PYTHON] [--smoke]
 *
 * With --torch, a Python that has PyTorch times the same shapes in the same minutes, in its better layout (peers/torch_convolutions.py).
 */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openNativeExecutor } from "#engine/runtime/training/native-executor.ts";

interface Shape {
  readonly batch: number;
  readonly pixels: number;
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
  /** How often the net has it. */
  readonly times: number;
}

const smoke = process.argv.includes("--smoke");
const threads = Number(option("--threads", String(availableParallelism())));
const runs = Number(option("--runs", smoke ? "1" : "5"));
const net = option("--net", "");
const torch = option("--torch", "");
const directions = ["convolution", "convolutionBack", "convolutionWeights"] as const;

const nets: Readonly<Record<string, readonly Shape[]>> = {
  resnet18: resnetShapes(smoke ? 8 : 256),
  "efficientnet-lite0": efficientShapes(smoke ? 4 : 64),
};
for (const [name, shapes] of Object.entries(nets)) {
  if (net !== "" && net !== name) continue;
  console.log(`${name}: ms and GFLOP/s forward, by the picture, by the weights${torch === "" ? "" : "; PyTorch's ms"}`);
  const totals = [0, 0, 0];
  const peerTotals = [0, 0, 0];
  const peers = torch === "" ? null : torchTimes(shapes);
  for (const [index, shape] of shapes.entries()) {
    const { pixels, channels, outputs, kernel, stride, groups, times } = shape;
    const own = await measure(shape);
    const size = Math.ceil(pixels / stride);
    const gigaflop = (2 * shape.batch * size * size * outputs * (channels / groups) * kernel * kernel) / 1e9;
    const columns = own.map((ms) => `${ms.toFixed(2).padStart(8)} ${(gigaflop / (ms / 1000)).toFixed(0).padStart(5)}`);
    const peer = peers?.[index] ?? [];
    own.forEach((ms, at) => (totals[at] = (totals[at] as number) + ms * times));
    peer.forEach((ms, at) => (peerTotals[at] = (peerTotals[at] as number) + ms * times));
    const label = `${times} x ${kernel}x${kernel}/${stride} ${channels}->${outputs}${groups > 1 ? " each alone" : ""} at ${pixels}`;
    console.log(`${label.padEnd(40)}${columns.join("  ")}  ${peer.map((ms) => ms.toFixed(2).padStart(8)).join(" ")}`);
  }
  console.log(
    `all: ${totals.map((ms) => ms.toFixed(0)).join(", ")} ms${peers === null ? "" : `; PyTorch ${peerTotals.map((ms) => ms.toFixed(0)).join(", ")} ms`}`,
  );
}

/** Median milliseconds of the three directions. */
async function measure(shape: Shape): Promise<number[]> {
  const { batch, pixels, channels, outputs, kernel, stride, groups } = shape;
  const builder = new GraphBuilder(17);
  const pad = Math.floor(kernel / 2);
  const attributes = { strides: ints([stride, stride]), dilations: ints([1, 1]), pads: ints([pad, pad, pad, pad]), group: int(groups) };
  const [x, w] = [
    builder.input("x", "float32", [batch, channels, pixels, pixels]),
    builder.input("w", "float32", [outputs, channels / groups, kernel, kernel]),
  ];
  const y = builder.node("Conv", [x, w], attributes);
  const g = builder.input("g", "float32", builder.shapeOf(y));
  const [dx = ""] = builder.training("ConvInputGradient", [g, w], 1, { ...attributes, shape: ints(builder.shapeOf(x)) });
  const [dw = ""] = builder.training("ConvWeightGradient", [x, g], 1, { ...attributes, kernel_shape: ints([kernel, kernel]) });
  const graph = { model: modelOf(builder, [y, dx, dw]), state: [] };
  const executor = await openNativeExecutor(graph, new Map(), { threads });
  const random = createRandom(7);
  const feeds = new Map(
    graph.model.graph.inputs.map(({ name, type }): [string, HostTensor] => {
      const sizes = type?.shape as number[];
      return [name, { type: "float32", shape: sizes, data: Float32Array.from({ length: elementCount(sizes) }, () => random.unit() - 0.5) }];
    }),
  );
  const found: number[][] = [];
  let before = executor.times();
  for (let run = 0; run <= runs; run++) {
    await executor.step(feeds);
    const after = executor.times();
    found.push(
      directions.map((kind) => after.reduce((sum, step, at) => (step.kind === kind ? sum + step.ms - (before[at]?.ms ?? 0) : sum), 0)),
    );
    before = after;
  }
  await executor.close();
  return directions.map((_, at) => median(found.slice(1).map((each) => each[at] as number)));
}

function torchTimes(shapes: readonly Shape[]): number[][] {
  const script = fileURLToPath(new URL("peers/torch_convolutions.py", import.meta.url));
  const text = execFileSync(torch, [script, JSON.stringify({ shapes, threads, runs })], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(text) as number[][];
}

function resnetShapes(batch: number): Shape[] {
  const one = (pixels: number, channels: number, outputs: number, kernel: number, stride: number, times: number): Shape => ({ batch, pixels, channels, outputs, kernel, stride, groups: 1, times }); // prettier-ignore
  return [
    one(32, 3, 64, 3, 1, 1),
    one(32, 64, 64, 3, 1, 4),
    ...[64, 128, 256].flatMap((channels, at) => {
      const pixels = 32 / 2 ** at;
      return [
        one(pixels, channels, 2 * channels, 3, 2, 1),
        one(pixels, channels, 2 * channels, 1, 2, 1),
        one(pixels / 2, 2 * channels, 2 * channels, 3, 1, 3),
      ];
    }),
  ];
}

/** Expansion, kernel, stride, outputs, repeats of each stage. */
function efficientShapes(batch: number): Shape[] {
  const stages = [[1, 3, 1, 16, 1], [6, 3, 2, 24, 2], [6, 5, 2, 40, 2], [6, 3, 2, 80, 3], [6, 5, 1, 112, 3], [6, 5, 2, 192, 4], [6, 3, 1, 320, 1]] as const; // prettier-ignore
  const shapes: Shape[] = [{ batch, pixels: 96, channels: 3, outputs: 32, kernel: 3, stride: 2, groups: 1, times: 1 }];
  let [pixels, channels] = [48, 32];
  const add = (shape: Omit<Shape, "batch" | "times">): void => {
    const at = shapes.findIndex((known) => Object.entries(shape).every(([key, value]) => known[key as keyof Shape] === value));
    if (at < 0) shapes.push({ batch, times: 1, ...shape });
    else shapes[at] = { ...(shapes[at] as Shape), times: (shapes[at] as Shape).times + 1 };
  };
  for (const [expansion, kernel, firstStride, outputs, repeats] of stages)
    for (let block = 0; block < repeats; block++) {
      const stride = block === 0 ? firstStride : 1;
      const wide = channels * expansion;
      if (expansion > 1) add({ pixels, channels, outputs: wide, kernel: 1, stride: 1, groups: 1 });
      add({ pixels, channels: wide, outputs: wide, kernel, stride, groups: wide });
      pixels = Math.ceil(pixels / stride);
      add({ pixels, channels: wide, outputs, kernel: 1, stride: 1, groups: 1 });
      channels = outputs;
    }
  add({ pixels, channels, outputs: 1280, kernel: 1, stride: 1, groups: 1 });
  return shapes;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}
