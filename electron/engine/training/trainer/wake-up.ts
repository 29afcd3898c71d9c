/**
 * @file A network whose numbers die out on their way: one that was never trained and was exported at rest, so that its norms are folded in with statistics of nothing
 * (a MobileNetV3 of PyTorch ends at 1e-10). Its biases would drown what it sees in one step. What is trained of it begins with weights scaled so that every layer's outputs
 * differ between pictures by about 1 (Mishkin and Matas 2016, "All you need is a good init", arXiv 1511.06422); networks that are alive are left alone.
 */
import type { Model } from "../../onnx/model.ts";
import { floatsOf } from "../../onnx/tensor-values.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { openModel, withWeights } from "./run-model.ts";

/** Vectors of trained networks differ by some hundredths at least. */
const deadBelow = 1e-5;
const products = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul"]);

export interface Sleeper {
  readonly model: Model;
  readonly input: string;
  readonly trainable: ReadonlySet<string>;
  /** Some different pictures. */
  readonly pictures: HostTensor;
  readonly threads: number;
}

/** Weights to begin with instead of those in the file; none where the network is alive. */
export async function wakeUp({ model, input, trainable, pictures, threads }: Sleeper): Promise<Map<string, Float32Array>> {
  const { graph } = model;
  const tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const layers = graph.nodes.flatMap(({ opType, inputs, outputs }) => {
    const weight = inputs.find((name) => trainable.has(name) && (tensors.get(name)?.dimensions.length ?? 0) > 1);
    return products.has(opType) && weight !== undefined ? [{ weight, output: outputs[0] as string }] : [];
  });
  const woken = new Map<string, Float32Array>();
  const deviationOf = async (output: string): Promise<number> => {
    const outputs = [{ name: output, type: { elementType: "float32" as const, shape: null }, docString: "", otherType: null }];
    const runner = await openModel(withWeights({ ...model, graph: { ...graph, outputs } }, woken), threads);
    try {
      const { outputs: made } = await runner.run(new Map([[input, pictures]]));
      return deviation(made[0] as Float32Array, pictures.shape[0] as number);
    } finally {
      await runner.close();
    }
  };
  if ((await deviationOf(graph.outputs[0]?.name as string)) >= deadBelow) return woken;
  // In the order of the graph: what a layer makes depends on those before it.
  for (const { weight, output } of layers) {
    const deviates = await deviationOf(output);
    if (woken.has(weight) || deviates === 0 || !Number.isFinite(deviates)) continue;
    const tensor = tensors.get(weight);
    if (tensor !== undefined)
      woken.set(
        weight,
        Float32Array.from(floatsOf(tensor), (value) => value / deviates),
      );
  }
  return woken;
}

/** Between pictures, place by place; the root of the mean square. */
function deviation(values: Float32Array, count: number): number {
  const numbers = values.length / count;
  let sum = 0;
  for (let place = 0; place < numbers; place++) {
    let mean = 0;
    for (let row = 0; row < count; row++) mean += (values[row * numbers + place] as number) / count;
    for (let row = 0; row < count; row++) sum += ((values[row * numbers + place] as number) - mean) ** 2;
  }
  return Math.sqrt(sum / values.length);
}
