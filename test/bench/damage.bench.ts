/**
 * @file Broken files: those that the authors of decoders keep, and whole ones of every format damaged by the mutator. Each must end in exactly one outcome; told are
 * outcomes, crashes, the slowest, the memory of all processes together, and how much of what Pillow reads is refused (where a Python with Pillow is at hand).
 *
 *   npm run bench damage [corpora|mutants|all] [mutants] [seed]
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { createRandom } from "#engine/base/random.ts";
import { createChildPool, spawnWithChildProcess } from "#engine/children/child-pool.ts";
import { inLanes } from "#engine/base/lanes.ts";
import { brokenFiles } from "../fixtures/source-packages.ts";
import { makeSpecimens } from "../helpers/damage/specimens.ts";
import { mutants } from "../helpers/damage/mutate.ts";
import { pythonWithModules } from "../helpers/python.ts";
import { watchMemory } from "./memory-of-processes.ts";

interface Told {
  readonly path: string;
  readonly code: string;
  /** Why it is refused; empty of what is read. */
  readonly message: string;
  readonly ms: number;
}

const what = process.argv[2] ?? "all";
const count = Number(process.argv[3] ?? 2000);
const seed = Number(process.argv[4] ?? 1);
const entry = fileURLToPath(new URL("../../electron/engine/children/pixel-child.ts", import.meta.url));

async function readAll(paths: readonly string[]): Promise<Told[]> {
  const pool = createChildPool({ size: 2, spawn: spawnWithChildProcess(entry) });
  const memory = watchMemory();
  const told: Told[] = [];
  const thumbnail = mkdtempSync(join(tmpdir(), "likeness-damage-thumbnails-"));
  const began = performance.now();
  // One file a child, so that the time is the file's own.
  await inLanes(paths, pool.size, async (path) => {
    const start = performance.now();
    const answer = await pool.run("ingest", { path: Buffer.from(path), input: { size: 160 }, thumbnail }).catch((thrown: Error) => ({
      failure: { code: "BUG", message: thrown.message },
    }));
    const failure = "failure" in answer ? answer.failure : null;
    told.push({ path, code: failure?.code ?? "read", message: failure?.message ?? "", ms: performance.now() - start });
    if (failure !== null && ["BUG", "crash", "timeout"].includes(failure.code))
      console.log(`  ${failure.code} ${path}: ${failure.message}`);
  });
  const { most, mostOfOne } = memory.stop();
  await pool.close();
  rmSync(thumbnail, { recursive: true, force: true });
  const outcomes = new Map<string, number>();
  for (const { code } of told) outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
  const slowest = told.reduce((one, other) => (other.ms > one.ms ? other : one));
  console.log(
    `  ${told.length} files, ${((performance.now() - began) / 1000).toFixed(1)} s: ${[...outcomes].map(([code, times]) => `${times} ${code}`).join(", ")}`,
  );
  console.log(
    `  slowest ${(slowest.ms / 1000).toFixed(2)} s (${basename(slowest.path)}); all processes at most ${gigabytes(most)}, one ${gigabytes(mostOfOne)}`,
  );
  return told;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** What Pillow reads, by its own name of the format; null without Pillow. */
function pillowReads(paths: readonly string[]): Map<string, string> | null {
  const python = pythonWithModules(["PIL"]);
  if (python === null) return null;
  const program = `
import sys, json, warnings
warnings.simplefilter("ignore")
from PIL import Image
try:
    import pillow_heif; pillow_heif.register_heif_opener()
except ImportError: pass
for line in sys.stdin:
    path = line.rstrip("\\n")
    try:
        with Image.open(path) as picture:
            picture.load(); print(json.dumps([path, picture.format]))
    except Exception: pass
`;
  const { stdout } = spawnSync(python, ["-c", program], { input: paths.join("\n"), encoding: "utf8", maxBuffer: 1e9, timeout: 600_000 });
  return new Map(
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as [string, string]),
  );
}

function compareWithPillow(told: readonly Told[]): void {
  const theirs = pillowReads(told.map(({ path }) => path));
  if (theirs === null) return;
  const both = told.filter(({ path }) => theirs.has(path));
  const refused = both.filter(({ code }) => code !== "read");
  const byFormat = new Map<string, string[]>();
  for (const { path, code, message } of refused) {
    const format = theirs.get(path) as string;
    byFormat.set(format, [...(byFormat.get(format) ?? []), `${basename(path)} (${code}: ${message})`]);
  }
  const percent = ((100 * refused.length) / Math.max(1, both.length)).toFixed(1);
  console.log(
    `  Pillow reads ${both.length}; of those refused ${refused.length} (${percent} %); read here and not by Pillow ${told.filter(({ path, code }) => code === "read" && !theirs.has(path)).length}`,
  );
  for (const [format, files] of [...byFormat].sort((one, other) => other[1].length - one[1].length))
    console.log([`    ${files.length} ${format}`, ...files].join("\n      "));
}

if (what === "corpora" || what === "all")
  for (const { name, files } of await brokenFiles()) {
    console.log(`corpus ${name}`);
    compareWithPillow(await readAll(files));
  }

if (what === "mutants" || what === "all") {
  const folder = mkdtempSync(join(tmpdir(), "likeness-damage-"));
  const paths: string[] = [];
  for (const { name, bytes } of mutants(await makeSpecimens(), count, createRandom(seed))) {
    paths.push(join(folder, name));
    writeFileSync(join(folder, name), bytes);
  }
  console.log(`${count} mutants, seed ${seed}`);
  const told = await readAll(paths);
  compareWithPillow(told);
  const kept = join(tmpdir(), "likeness-damage-kept");
  for (const { path, code, ms } of told)
    if (["BUG", "crash", "timeout"].includes(code) || ms > 4000) {
      mkdirSync(kept, { recursive: true });
      copyFileSync(path, join(kept, `${code}-${basename(path)}`));
      console.log(`  kept ${join(kept, `${code}-${basename(path)}`)}, ${statSync(path).size} bytes of ${extname(path)}`);
    }
  rmSync(folder, { recursive: true, force: true });
}
