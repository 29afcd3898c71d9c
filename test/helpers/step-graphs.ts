/**
 * @file Step graphs as training makes them, small or as large as the benchmark's: a net from a list of layers, two views of each picture, NT-Xent, gradients, SGD.
 */
import { addGradients } from "#engine/autodiff/backward.ts";
import { createRandom } from "#engine/base/random.ts";
import { float, GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import { trainingDomain } from "#engine/onnx/shapes/training.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { HostTensor, StepGraph } from "#engine/runtime/training/executor.ts";

export interface StepCase {
  readonly graph: StepGraph;
  readonly initial: Map<string, HostTensor>;
  readonly feeds: Map<string, HostTensor>;
}

export class NetBuilder {
  readonly builder = new GraphBuilder(17);
  readonly initial = new Map<string, HostTensor>();
  readonly parameters: string[] = [];
  readonly #random = createRandom(5);

  parameter(name: string, shape: readonly number[], spread: number, middle = 0): string {
    const data = Float32Array.from({ length: elementCount(shape) }, () => middle + spread * this.#random.normal());
    this.initial.set(name, { type: "float32", shape, data });
    this.parameters.push(name);
    return this.builder.input(name, "float32", shape);
  }

  conv(
    x: string,
    outputs: number,
    kernel: number,
    { stride = 1, groups = 1 }: { readonly stride?: number; readonly groups?: number } = {},
  ): string {
    const channels = this.builder.shapeOf(x)[1] as number;
    const shape = [outputs, channels / groups, kernel, kernel];
    const weights = this.parameter(`conv${this.parameters.length}`, shape, Math.sqrt(2 / ((channels / groups) * kernel * kernel)));
    const pad = Math.floor(kernel / 2);
    return this.builder.node("Conv", [x, weights], {
      strides: ints([stride, stride]),
      pads: ints([pad, pad, pad, pad]),
      group: int(groups),
    });
  }

  normalize(x: string): string {
    const channels = this.builder.shapeOf(x)[1] as number;
    const [scale, bias] = [
      this.parameter(`scale${this.parameters.length}`, [channels], 0.1, 1),
      this.parameter(`bias${this.parameters.length}`, [channels], 0.1),
    ];
    return this.builder.training("BatchNormalizationTraining", [x, scale, bias], 3, { epsilon: float(1e-5) })[0] as string;
  }

  relu(x: string): string {
    return this.builder.node("Relu", [x]);
  }

  relu6(x: string): string {
    return this.builder.node("Clip", [x, this.builder.scalar(0, x), this.builder.scalar(6, x)]);
  }

  add(a: string, b: string): string {
    return this.builder.node("Add", [a, b]);
  }

  pool(x: string): string {
    const [batch = 1, channels = 1] = this.builder.shapeOf(x);
    return this.builder.reshape(this.builder.node("GlobalAveragePool", [x]), [batch, channels]);
  }

  linear(x: string, outputs: number): string {
    const inputs = this.builder.shapeOf(x)[1] as number;
    const weights = this.parameter(`linear${this.parameters.length}`, [inputs, outputs], Math.sqrt(1 / inputs));
    return this.add(this.builder.node("MatMul", [x, weights]), this.parameter(`offset${this.parameters.length}`, [outputs], 0));
  }
}

/** NT-Xent over rows of which i and i + half are views of one picture (Chen et al. 2020). */
export function ntXent(builder: GraphBuilder, embedding: string, temperature = 0.5): string {
  const [rows = 1] = builder.shapeOf(embedding);
  const length = builder.node("Sqrt", [builder.node("ReduceSum", [builder.node("Mul", [embedding, embedding]), builder.list([1])])]);
  const unit = builder.node("Div", [embedding, length]);
  const similar = builder.node("MatMul", [unit, builder.node("Transpose", [unit], { perm: ints([1, 0]) })]);
  const at = (row: number, column: number): number => row * rows + column;
  const own = Array<number>(rows * rows).fill(0);
  const partner = Array<number>(rows * rows).fill(0);
  for (let row = 0; row < rows; row++) {
    own[at(row, row)] = -1e9;
    partner[at(row, (row + rows / 2) % rows)] = -1 / rows;
  }
  const logits = builder.node("Add", [
    builder.node("Div", [similar, builder.scalar(temperature, similar)]),
    builder.constant("float32", [rows, rows], own),
  ]);
  const logs = builder.node("LogSoftmax", [logits], { axis: int(1) });
  const picked = builder.node("Mul", [logs, builder.constant("float32", [rows, rows], partner)]);
  return builder.node("ReduceSum", [builder.reshape(picked, [-1])]);
}

/** The net's embedding becomes a step of SGD with momentum. */
export function sgdGraph(net: NetBuilder, embedding: string, pictures: readonly number[]): StepCase {
  const { builder, parameters, initial } = net;
  const loss = builder.reshape(ntXent(builder, embedding), []);
  const rate = builder.input("rate", "float32", []);
  const gradients = addGradients(builder, loss, parameters);
  const state = parameters.flatMap((name, index) => {
    const velocity = builder.input(`${name}.velocity`, "float32", builder.shapeOf(name));
    initial.set(velocity, { type: "float32", shape: builder.shapeOf(name), data: new Float32Array(elementCount(builder.shapeOf(name))) });
    const [weights = "", moved = ""] = builder.training("SgdStep", [name, gradients[index] as string, velocity, rate], 2, {
      momentum: float(0.9),
      decay: float(1e-4),
    });
    return [
      { input: name, output: weights },
      { input: velocity, output: moved },
    ];
  });
  const random = createRandom(3);
  const feeds = new Map<string, HostTensor>([
    ["pictures", { type: "float32", shape: pictures, data: Float32Array.from({ length: elementCount(pictures) }, () => random.unit()) }],
    ["rate", { type: "float32", shape: [], data: Float32Array.of(0.03) }],
  ]);
  const graph = builder.finish([loss, ...state.map(({ output }) => output)]);
  const model = { irVersion: 8n, opsets: new Map([["", 17], [trainingDomain, 1]]), producerName: "", producerVersion: "", domain: "", modelVersion: 0n, docString: "", graph, functions: [], metadata: new Map<string, string>(), unknown: new Uint8Array(0) }; // prettier-ignore
  return { graph: { model, state }, initial, feeds };
}

/** A 3 x 3 stem, no max-pool; `widths` one a stage, two blocks each. */
export function resnetStep(views: number, pixels: number, widths: readonly number[], blocks = 2): StepCase {
  const net = new NetBuilder();
  const pictures = [views, 3, pixels, pixels];
  let x = net.relu(net.normalize(net.conv(net.builder.input("pictures", "float32", pictures), widths[0] as number, 3)));
  widths.forEach((width, stage) => {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const inner = net.normalize(net.conv(net.relu(net.normalize(net.conv(x, width, 3, { stride }))), width, 3));
      const changes = stride > 1 || net.builder.shapeOf(x)[1] !== width;
      x = net.relu(net.add(inner, changes ? net.normalize(net.conv(x, width, 1, { stride })) : x));
    }
  });
  const features = net.pool(x);
  const width = widths.at(-1) as number;
  return sgdGraph(net, net.linear(net.relu(net.linear(features, width)), 128), pictures);
}

/** Expansion, kernel, stride, outputs, repeats of EfficientNet-Lite0's stages. */
const efficientStages = [[1, 3, 1, 16, 1], [6, 3, 2, 24, 2], [6, 5, 2, 40, 2], [6, 3, 2, 80, 3], [6, 5, 1, 112, 3], [6, 5, 2, 192, 4], [6, 3, 1, 320, 1]] as const; // prettier-ignore

export function efficientNetStep(
  views: number,
  pixels: number,
  stages: readonly (readonly number[])[] = efficientStages,
  last = 1280,
): StepCase {
  const net = new NetBuilder();
  const pictures = [views, 3, pixels, pixels];
  let x = net.relu6(net.normalize(net.conv(net.builder.input("pictures", "float32", pictures), 32, 3, { stride: 2 })));
  for (const [expansion = 1, kernel = 3, firstStride = 1, outputs = 1, repeats = 1] of stages)
    for (let block = 0; block < repeats; block++) {
      const stride = block === 0 ? firstStride : 1;
      const channels = net.builder.shapeOf(x)[1] as number;
      const wide = expansion === 1 ? x : net.relu6(net.normalize(net.conv(x, channels * expansion, 1)));
      const deep = net.relu6(net.normalize(net.conv(wide, channels * expansion, kernel, { stride, groups: channels * expansion })));
      const narrow = net.normalize(net.conv(deep, outputs, 1));
      x = stride === 1 && channels === outputs ? net.add(narrow, x) : narrow;
    }
  const features = net.pool(net.relu6(net.normalize(net.conv(x, last, 1))));
  return sgdGraph(net, net.linear(net.relu(net.linear(features, last)), 128), pictures);
}
