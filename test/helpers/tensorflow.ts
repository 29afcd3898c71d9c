/**
 * @file TensorFlow for tests: in plain JavaScript, which is always there, and for Node, where `npm run setup -- --tensorflow` was run.
 */
import * as api from "@tensorflow/tfjs";

import { findTensorflow, loadTensorflow, type Tensorflow } from "#engine/runtime/training/tensorflow/load.ts";
import { portableKernels } from "#engine/runtime/training/tensorflow/portable-kernels.ts";

export async function plainTensorflow(): Promise<Tensorflow> {
  api.enableProdMode();
  await api.setBackend("cpu");
  return { api, kernels: portableKernels(api), title: `@tensorflow/tfjs ${api.version["tfjs-core"]}` };
}

/** null, with a line that says so, where it is not set up. */
export async function nodeTensorflow(): Promise<Tensorflow | null> {
  if (findTensorflow() !== null) return loadTensorflow(2);
  process.stderr.write("skipped: TensorFlow for Node is not set up (npm run setup -- --tensorflow)\n");
  return null;
}
