/**
 * @file `likeness bench training`: how fast this machine trains.
 */
import { benchTraining } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, wholeNumber, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";

const executors = ["auto", "native", "onnxruntime", "tensorflow"] as const;

export const benchCommand: Command = {
  name: "bench",
  usage: "training [--arch NAME] [--size PX] [--batch N] [--device D] [--executor NAME]",
  summary: "Measure how many views a second this machine trains on, and how much memory that takes.",
  options: {
    arch: { type: "string", value: "NAME", help: "resnet18 (if not given), efficientnet-lite0, ..." },
    size: { type: "string", value: "PX", help: "side of a view; the net's own if not given" },
    batch: { type: "string", value: "N", help: "pictures in a step, two views each; 128 if not given" },
    device: { type: "string", value: "D", help: "auto, cpu, webgpu, ..." },
    executor: { type: "string", value: "NAME", help: executors.join(", ") },
  },
  positionals: [1, 1],
  run: async (input) => {
    if (input.positionals[0] !== "training")
      throw new CliUsageError(`likeness bench: got "${String(input.positionals[0])}"; expected training.`);
    const result = await benchTraining({
      architecture: optionalText(input, "arch") ?? "resnet18",
      size: input.values["size"] === undefined ? null : wholeNumber(input, "size", 32, 8, 1024),
      images: wholeNumber(input, "batch", 128, 2, 65536),
      device: optionalText(input, "device") ?? "auto",
      executor: oneOf(input, "executor", executors, "auto"),
    });
    // One process does all of it; its highest resident size, in KiB on Linux and macOS.
    const peakMegabytes = process.resourceUsage().maxRSS / 1024;
    const told = { ...result, peakMegabytes };
    printResult(input.json, told, function* () {
      yield `${told.viewsPerSecond.toFixed(1)} views/s, ${peakMegabytes.toFixed(0)} MB (${result.executor}, ${result.nodes} nodes)`;
      yield `graph built in ${result.buildSeconds.toFixed(2)} s, opened in ${result.openSeconds.toFixed(2)} s; steps ${result.stepSeconds.map((each) => each.toFixed(2)).join(" ")} s`;
    });
    return 0;
  },
};
