/**
 * @file `likeness bench`: how fast this machine trains, finds neighbours, draws a map, finds duplicates.
 */
import { resolve } from "node:path";

import { benchDuplicates, benchMap, benchNeighbours, benchTraining } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, requiredText, wholeNumber, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";

const executors = ["auto", "native", "onnxruntime", "tensorflow"] as const;

const subjects: Readonly<Record<string, (input: CommandInput) => Promise<void>>> = {
  training: runTraining,
  neighbours: runNeighbours,
  map: runMap,
  duplicates: runDuplicates,
};

export const benchCommand: Command = {
  name: "bench",
  usage: "training | neighbours --input X.npy --out I.npy | map --input X.npy --out E.npy | duplicates FOLDER",
  summary: "Measure how fast this machine trains, or works through vectors or a folder of yours, without a collection.",
  options: {
    arch: { type: "string", value: "NAME", help: "training: resnet18 (if not given), efficientnet-lite0, ..." },
    size: { type: "string", value: "PX", help: "training: side of a view; the net's own if not given" },
    batch: { type: "string", value: "N", help: "training: pictures in a step, two views each; 128 if not given" },
    device: { type: "string", value: "D", help: "training: auto, cpu, webgpu, ..." },
    executor: { type: "string", value: "NAME", help: `training: ${executors.join(", ")}` },
    input: { type: "string", value: "FILE", help: "neighbours, map: vectors, .npy, float32 [n, d]" },
    out: { type: "string", value: "FILE", help: "neighbours: int32 [n, k], the exact nearest by cosine; map: float32 [n, 2]" },
    neighbours: { type: "string", short: "k", value: "K", help: "neighbours: how many of each; 15 if not given" },
    seed: { type: "string", value: "N", help: "map: the same seed, the same map; 42 if not given" },
  },
  positionals: [1, 2],
  run: async (input) => {
    const [subject] = input.positionals;
    const run = Object.hasOwn(subjects, subject) ? subjects[subject] : undefined;
    if (!run) throw new CliUsageError(`likeness bench: got "${subject}"; expected one of ${Object.keys(subjects).join(", ")}.`);
    if (input.positionals.length !== (subject === "duplicates" ? 2 : 1))
      throw new CliUsageError(
        subject === "duplicates"
          ? "likeness bench duplicates: expected a folder."
          : `likeness bench ${subject}: got "${String(input.positionals[1])}" too.`,
      );
    await run(input);
    return 0;
  },
};

async function runTraining(input: CommandInput): Promise<void> {
  const result = await benchTraining({
    architecture: optionalText(input, "arch") ?? "resnet18",
    size: input.values["size"] === undefined ? null : wholeNumber(input, "size", 32, 8, 1024),
    images: wholeNumber(input, "batch", 128, 2, 65536),
    device: optionalText(input, "device") ?? "auto",
    executor: oneOf(input, "executor", executors, "auto"),
  });
  const told = { ...result, peakMegabytes: peakMegabytes() };
  printResult(input.json, told, function* () {
    yield `${told.viewsPerSecond.toFixed(1)} views/s, ${told.peakMegabytes.toFixed(0)} MB (${result.executor}, ${result.nodes} nodes)`;
    yield `graph built in ${result.buildSeconds.toFixed(2)} s, opened in ${result.openSeconds.toFixed(2)} s; steps ${result.stepSeconds.map((each) => each.toFixed(2)).join(" ")} s`;
  });
}

async function runNeighbours(input: CommandInput): Promise<void> {
  const { seconds } = await benchNeighbours({ ...files(input), k: wholeNumber(input, "neighbours", 15, 1, 10_000) });
  printResult(input.json, { seconds }, () => [`${seconds.toFixed(2)} s, ${peakMegabytes().toFixed(0)} MB`]);
}

async function runMap(input: CommandInput): Promise<void> {
  const { seconds, neighbourSeconds } = await benchMap({ ...files(input), seed: wholeNumber(input, "seed", 42, 0, 0xffffffff) });
  printResult(input.json, { seconds, neighbourSeconds }, () => [
    `${seconds.toFixed(2)} s, ${neighbourSeconds.toFixed(2)} s of them for neighbours; ${peakMegabytes().toFixed(0)} MB`,
  ]);
}

async function runDuplicates(input: CommandInput): Promise<void> {
  const { seconds, images, groups } = await benchDuplicates(resolve(input.positionals[1] as string));
  printResult(input.json, { seconds, images }, () => [`${images} images in ${seconds.toFixed(2)} s, ${groups.length} groups`]);
}

function files(input: CommandInput): { input: string; out: string } {
  return { input: resolve(requiredText(input, "input")), out: resolve(requiredText(input, "out")) };
}

/** One process does all of it; its highest resident size, in KiB on Linux and macOS. */
function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
