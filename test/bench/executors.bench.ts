/**
 * @file `npm run bench executors [STEPS]`: views a second of one training step on each executor that is here, forward, back and SGD: ResNet-18 (width 64)
 * on 32 pixels and the bundled encoder's net on 96. Each runs in a process of its own, whose peak of memory is told beside it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import type { Executor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import { findTensorflow, tensorflowEnvironment } from "#engine/runtime/training/tensorflow/load.ts";
import { feedsOf, loads, stepOf, type Load } from "./training-loads.ts";

const measured = ["resnet18 32 px", "efficientnet-lite0 96 px"];

const [first = "6", kind, load] = process.argv.slice(2);
if (kind === undefined || load === undefined) {
  const kinds = ["onnxruntime", ...(findTensorflow() === null ? [] : ["tensorflow"])];
  for (const name of measured)
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
  const feeds = feedsOf(step, given, 0);
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
