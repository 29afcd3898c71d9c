/** @file A worker thread that takes one step of a small net and posts the state. */
import { parentPort } from "node:worker_threads";

import { openNativeExecutor } from "#engine/runtime/training/native-executor.ts";
import { resnetStep } from "../../../helpers/step-graphs.ts";

const { graph, initial, feeds } = resnetStep(4, 8, [16], 1);
const executor = await openNativeExecutor(graph, initial, { threads: 2 });
await executor.step(feeds);
parentPort?.postMessage(await executor.readState());
await executor.close();
