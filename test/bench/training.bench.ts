/**
 * @file `npm run bench training -- [--torch PYTHON] [--rounds N]`: views a second and peak memory of a training step, our executors and PyTorch in turns, so that a busy minute
 * hurts all of them alike. Each in a process of its own; medians over the rounds and what they lie between.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { tensorflowEnvironment, findTensorflow } from "#engine/runtime/training/tensorflow/load.ts";

interface Figure {
  readonly viewsPerSecond: number;
  readonly peakMegabytes: number;
}

const root = join(import.meta.dirname, "..", "..");
const torch = option("--torch");
const rounds = Number(option("--rounds") ?? "3");
const steps = 6;
const nets = [
  { name: "resnet18", size: 32, images: 128 },
  { name: "efficientnet-lite0", size: 96, images: 32 },
] as const;

for (const net of nets) {
  const runs: Record<string, () => Figure | null> = {
    native: () => ours(net, "native"),
    onnxruntime: () => ours(net, "onnxruntime"),
    ...(findTensorflow() === null ? {} : { tensorflow: () => ours(net, "tensorflow") }),
    ...(torch === null ? {} : { "torch plain": () => peer(net, "plain"), "torch channels-last": () => peer(net, "channels-last") }),
  };
  const figures = new Map<string, Figure[]>();
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(runs)) {
      const figure = run();
      if (figure !== null) figures.set(name, [...(figures.get(name) ?? []), figure]);
    }
  console.log(`${net.name}, ${net.size} px, 2 x ${net.images} views, ${rounds} rounds of ${steps} steps`);
  for (const [name, found] of figures) {
    const speeds = found.map(({ viewsPerSecond }) => viewsPerSecond).sort((one, other) => one - other);
    const peak = Math.max(...found.map(({ peakMegabytes }) => peakMegabytes));
    console.log(
      `  ${name.padEnd(20)} ${middle(speeds).toFixed(1)} views/s (${speeds[0]?.toFixed(1)} to ${speeds.at(-1)?.toFixed(1)}), ${peak.toFixed(0)} MB`,
    );
  }
}

function ours({ name, size, images }: (typeof nets)[number], executor: string): Figure | null {
  const environment = executor === "tensorflow" ? tensorflowEnvironment() : {};
  const line = ["bench", "training", "--arch", name, "--size", size, "--batch", images, "--executor", executor, "--json"].map(String);
  return told(process.execPath, [join(root, "electron", "cli", "main.ts"), ...line], environment);
}

function peer({ name, size, images }: (typeof nets)[number], layout: string): Figure | null {
  const line = [name, layout, size, images, steps, availableParallelism()].map(String);
  return told(torch as string, [join(import.meta.dirname, "peers", "training.py"), ...line], {});
}

function told(program: string, line: readonly string[], environment: Readonly<Record<string, string>>): Figure | null {
  const { stdout, stderr, status } = spawnSync(program, line, { encoding: "utf8", env: { ...process.env, ...environment } });
  if (status === 0) return JSON.parse(stdout) as Figure;
  console.log(`${program} ${line.join(" ")} failed: ${stderr.trim().split("\n").at(-1)}`);
  return null;
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function option(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}
