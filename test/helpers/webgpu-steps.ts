/**
 * @file Run as a program: three steps of the small training step on the WebGPU device, told as JSON. It is a process of its own because the Vulkan loader
 * reads the environment that a process begins with. Arguments: optimizer, net, and a prefix for ONNX Runtime's profile.
 */
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import type { OptimizerName } from "#engine/training/optimizers/optimizer.ts";
import { runSteps, smallStep, type SmallNet } from "../unit/runtime/training/small-step.ts";

const [optimizer = "sgd", net = "residual", profile] = process.argv.slice(2);
const step = smallStep(optimizer as OptimizerName, net as SmallNet);
const executor = await openOnnxRuntimeExecutor(step.graph, step.initial, {
  threads: 1,
  device: "webgpu",
  ...(profile === undefined ? {} : { profile }),
});
const { losses, state } = await runSteps(executor, step, { count: 3 });
await executor.close();
const tensors = [...state].map(([name, { shape, data }]) => ({ name, shape, data: [...(data as Float32Array)] }));
process.stdout.write(`${JSON.stringify({ losses, tensors })}\n`);
