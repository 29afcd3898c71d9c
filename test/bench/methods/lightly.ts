/**
 * @file The same training in Python's `lightly` (peers/lightly_methods.py): our net with our first weights; our views and learning rates go into its standard input
 * as they are made; what its net makes of the pictures comes back.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { floatsOf } from "#engine/onnx/tensor-values.ts";
import { keepAt } from "#engine/training/methods/byol.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import type { MethodDefaults, Settings } from "#engine/training/methods/method.ts";
import { longestQueue as longestKeys, partsOf } from "#engine/training/methods/moco.ts";
import { longestQueue, prototypeCount } from "#engine/training/methods/swav.ts";
import type { Network } from "#engine/training/network/network.ts";
import { queueLength } from "#engine/training/state/queue.ts";

export const lightlyMethods: readonly string[] = ["simclr", "moco", "byol", "swav", "dcl"];

export interface LightlyRequest {
  /** An interpreter that has `torch` and `lightly`. */
  readonly python: string;
  readonly method: string;
  readonly settings: Settings;
  readonly defaults: MethodDefaults;
  /** Width 16, one block a stage. */
  readonly network: Network;
  readonly seed: number;
  readonly images: number;
  readonly steps: number;
  readonly sizePx: number;
  readonly population: number;
  /** What a run begins with. */
  readonly initial: ReadonlyMap<string, HostTensor>;
  rateAt(step: number): number;
  /** [2 * images, 3, sizePx, sizePx] */
  viewsAt(step: number): Float32Array;
  /** [population, 3, sizePx, sizePx] */
  pictures(): Float32Array;
}

/** [population, dimensions] after the training. */
export async function trainInLightly(request: LightlyRequest): Promise<Float32Array> {
  const { python, network, steps, population } = request;
  const child = spawn(python, [join(import.meta.dirname, "..", "peers", "lightly_methods.py")], { stdio: ["pipe", "pipe", "pipe"] });
  const exited = once(child, "exit") as Promise<[number | null]>;
  const told: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => told.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  // A peer that dies early closes its input; what it said on the way is the error below.
  child.stdin.on("error", () => undefined);
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, "drain").catch(() => exited), exited]);
  };
  const learnt = network.model.graph.initializers.filter(({ name }) => /\.(weight|bias)$/.test(name));
  const header = Buffer.from(JSON.stringify(headerOf(request, learnt)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  await write(Buffer.concat([length, header]));
  for (const weights of learnt) await write(bytesOf(floatsOf(weights)));
  for (const { data } of headsOf(request)) await write(bytesOf(data));
  for (let step = 0; step < steps && child.exitCode === null; step++) {
    await write(bytesOf(Float32Array.of(request.rateAt(step), keptAt(request, step))));
    await write(bytesOf(request.viewsAt(step)));
  }
  await write(bytesOf(request.pictures()));
  child.stdin.end();
  const [code] = await exited;
  const rows = Buffer.concat(told);
  if (code !== 0 || rows.length !== 4 * population * network.dimensions)
    throw new Error(`lightly ended with ${code}: ${Buffer.concat(complaints).toString().trim()}`);
  return new Float32Array(new Uint8Array(rows).buffer);
}

function headerOf(request: LightlyRequest, learnt: readonly { readonly dimensions: readonly number[] }[]): object {
  const { method, settings, defaults, seed, images, steps, sizePx, population } = request;
  const asked = settings["queue"] ?? 0;
  const queue = { moco: { batch: 2 * images, most: longestKeys }, swav: { batch: images, most: longestQueue } }[method];
  return {
    method,
    seed,
    settings: {
      ...settings,
      ...(queue === undefined ? {} : { queue: method === "swav" && asked === 0 ? 0 : queueLength({ asked, population, ...queue }) }),
      ...(method === "moco" ? { parts: partsOf(images, settings["parts"] as number) } : {}),
      ...(method === "swav"
        ? {
            prototypes: prototypeCount(settings["prototypes"] as number, population),
            frozenSteps: Math.round((settings["frozen"] as number) * steps),
            queueFromStep: Math.round((settings["queueFrom"] as number) * steps),
          }
        : {}),
    },
    optimizer: defaults.optimizer,
    decay: defaults.decay,
    width: 16,
    blocks: [1, 1, 1, 1],
    images,
    steps,
    size: sizePx,
    pictures: population,
    weights: learnt.map(({ dimensions }) => dimensions),
    heads: headsOf(request).map(({ shape }) => shape),
  };
}

/** First weights of the heads as PyTorch's Linear has them, [outputs, inputs]. SwAV's prototypes are lines of another make. */
function headsOf({ method, initial }: LightlyRequest): { readonly shape: readonly number[]; readonly data: Float32Array }[] {
  if (method === "swav") return [];
  return [...initial]
    .filter(([name]) => /^(projector|predictor)\/\d\/(weights|bias|scale|shift)$/.test(name))
    .map(([name, { shape, data }]) => {
      const values = data as Float32Array;
      if (!name.endsWith("/weights")) return { shape, data: values };
      const [inputs = 1, outputs = 1] = shape;
      return { shape: [outputs, inputs], data: values.map((_, at) => values[(at % inputs) * outputs + Math.floor(at / inputs)] as number) };
    });
}

/** How much a slow copy keeps of itself. */
function keptAt({ method, settings, steps }: LightlyRequest, step: number): number {
  const momentum = settings["momentum"] ?? 0;
  return method === "byol" ? keepAt(momentum, step / steps) : momentum;
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
