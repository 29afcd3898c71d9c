/**
 * @file Small picture folders to train on, trainings through the command line that are killed with all their processes, and what they leave.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";

import sharp from "sharp";

import { createRandom } from "#engine/base/random.ts";
import { readCheckpoint } from "#engine/training/trainer/checkpoint.ts";
import { root } from "./command-line.ts";

/** Pictures of `kinds` sub-folders, each of blurred random fields in colours of its own. */
export async function drawTrainingFolder(folder: string, { kinds = 4, perKind = 10, side = 48 } = {}): Promise<void> {
  const random = createRandom(31);
  for (let kind = 0; kind < kinds; kind++) {
    mkdirSync(join(folder, `kind-${kind}`), { recursive: true });
    for (let index = 0; index < perKind; index++) {
      const fields = 3 + kind;
      const data = Buffer.from(
        Array.from({ length: fields * fields * 3 }, (_, at) => Math.min(255, random.below(160) + (at % 3 === kind % 3 ? 95 : 0))),
      );
      const small = sharp(data, { raw: { width: fields, height: fields, channels: 3 } });
      await small
        .resize(side, side, { kernel: kind % 2 === 0 ? "cubic" : "nearest" })
        .png()
        .toFile(join(folder, `kind-${kind}`, `${index}.png`));
    }
  }
}

/**
 * Runs a command in a process group of its own and sends SIGKILL to all of the group after `afterMs`. False when it had ended before: then it must have
 * ended well.
 */
export async function killedTree(args: readonly string[], dataFolder: string, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [join(root, "electron/cli/main.ts"), ...args], {
    env: { ...process.env, LIKENESS_DATA: dataFolder },
    stdio: ["ignore", "ignore", "pipe"],
    cwd: dataFolder,
    detached: true,
  });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  const timer = setTimeout(() => {
    try {
      process.kill(-(child.pid as number), "SIGKILL");
    } catch {
      // All have ended.
    }
  }, afterMs);
  const { code, signal } = await ended;
  clearTimeout(timer);
  if (signal !== "SIGKILL" && code !== 0) throw new Error(`likeness ${args.join(" ")} ended with ${String(code)}: ${told}`);
  return signal === "SIGKILL";
}

/** Hashes of what a run must leave the same however often it was killed: its whole state, every number it told, its encoders. @param folder of the run */
export function runHashes(folder: string): Record<string, string> {
  const state = createHash("sha256");
  const last = readCheckpoint(join(folder, "last.safetensors"));
  // The names of runs stand in the notes of a checkpoint, not here.
  for (const [name, { shape, data }] of last?.tensors ?? [])
    state.update(JSON.stringify([name, shape])).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const files = ["metrics.jsonl", "evaluations.jsonl", "examples.json", "encoder/model.onnx", "whitened/model.onnx"];
  const hash = (file: string): string => createHash("sha256").update(readFileSync(join(folder, file))).digest("hex").slice(0, 16); // prettier-ignore
  return { state: state.digest("hex").slice(0, 16), ...Object.fromEntries(files.map((file) => [file, hash(file)])) };
}
