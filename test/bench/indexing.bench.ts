/**
 * @file Indexing 1,000 JPEGs of 1.5 MP, 200 of 12 MP, 3,000 and 12,000 of 160 px against a Python pipeline in the same run, and against the encoder's own throughput
 * on ready tensors. The job's clock runs from its first row, so listing the folder, starting the processes that decode and opening the encoder are in it; the peer's runs from after its imports, so its
 * session is in it, and what its modules take to load is not. What our job spends before the first picture can be read stands in a line of its own. Prints a table; judges nothing.
 *
 *   npm run bench indexing [runs] [middling|large|small|many ...]
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock, startTimer } from "#engine/base/clock.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { openInferenceTeam } from "#engine/runtime/inference-team.ts";
import { inferenceRequest } from "#engine/stages/encoder-use.ts";
import type { IndexReport } from "#protocol/model.ts";
import { pythonWith } from "./peers/python.ts";
import { photoFolder } from "./photos.ts";

const runs = Number(process.argv[2] ?? 3);
const sets = {
  middling: { count: 1000, width: 1500, height: 1000, quality: 88 },
  large: { count: 200, width: 4000, height: 3000, quality: 88 },
  small: { count: 3000, width: 160, height: 160, quality: 88 },
  many: { count: 12_000, width: 160, height: 160, quality: 88 },
};
const wanted = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(sets);
const root = join(import.meta.dirname, "../..");
const encoder = findEncoder(defaultEncoderId);

// Removed only when all is measured: ext4 is slow to make files while it remembers that as many were just deleted.
const made = mkdtempSync(join(tmpdir(), "likeness-bench-"));
process.on("exit", () => rmSync(made, { recursive: true, force: true }));
let indexed = 0;

interface Indexed {
  /** Seconds until all embeddings are stored, and those of them until the folder is listed. */
  readonly stored: number;
  readonly listed: number;
  /** Of the whole job; null where it was left once all was stored. */
  readonly report: IndexReport | null;
}

function indexOnce(folder: string, isWhole: boolean): Indexed {
  const data = join(made, `${++indexed}`);
  const script = isWhole
    ? ["electron/cli/main.ts", "index", folder, "--json", "--device", "cpu", "--workspace", join(data, "w")]
    : ["test/bench/store-once.ts", data, folder];
  const output = execFileSync(process.execPath, script, {
    cwd: root,
    env: { ...process.env, LIKENESS_DATA: data },
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 28,
  });
  if (!isWhole) return { ...(JSON.parse(output.toString()) as Pick<Indexed, "stored" | "listed">), report: null };
  const report = JSON.parse(output.toString()) as IndexReport;
  const { total, scan, neighbours, map, duplicates, outliers } = report.seconds;
  return { stored: total - neighbours - map - duplicates - outliers, listed: scan, report };
}

function peerOnce(python: string, folder: string): number {
  const out = join(tmpdir(), `likeness-peer-${process.pid}.npy`);
  const output = execFileSync(python, [
    join(import.meta.dirname, "peers/embed.py"),
    encoder.card.modelPath,
    String(encoder.card.input.size),
    folder,
    out,
  ]);
  rmSync(out, { force: true });
  return (JSON.parse(output.toString()) as { seconds: number }).seconds;
}

async function encoderThroughput(): Promise<number> {
  const session = await openInferenceTeam(inferenceRequest(encoder, availableParallelism()));
  const bytes = 16 * encoder.card.input.size ** 2 * 3;
  await session.embed(new Uint8Array(bytes), 16);
  const timer = startTimer(systemClock);
  const batches = 160;
  // Two under way at a time, as in the embed stage: no session waits for another.
  let under: Promise<unknown> = Promise.resolve();
  for (let batch = 0; batch < batches; batch++) {
    const next = session.embed(new Uint8Array(bytes).fill(batch), 16);
    await under;
    under = next;
  }
  await under;
  const rate = (batches * 16) / timer();
  await session.close();
  return rate;
}

/** Seconds until a process that decodes is ready, and until the sessions of the encoder are, each by itself: in a job both begin with the listing of a new folder. */
async function startOnce(): Promise<{ child: number; sessions: number }> {
  const timer = startTimer(systemClock);
  const child = fork(join(root, "electron/engine/children/pixel-child.ts"), { serialization: "advanced" });
  await once(child, "message");
  const ready = timer();
  child.kill("SIGKILL");
  const opening = startTimer(systemClock);
  const session = await openInferenceTeam(inferenceRequest(encoder, availableParallelism()));
  const sessions = opening();
  await session.close();
  return { child: ready, sessions };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}-${Math.max(...values).toFixed(2)})`;
}

const python = pythonWith(["pillow", "numpy", "onnxruntime"]);
for (const [name, set] of Object.entries(sets)) {
  if (!wanted.includes(name)) continue;
  const folder = await photoFolder(set);
  if (!folder) {
    console.log(`${set.width} x ${set.height}: no photos (offline)`);
    continue;
  }
  const ours: number[] = [];
  const totals: number[] = [];
  const peers: number[] = [];
  const ceilings: number[] = [];
  const starts: { listed: number; child: number; sessions: number }[] = [];
  const started = (run: number): number => {
    const { listed, child, sessions } = starts[run] as (typeof starts)[number];
    return Math.max(listed, child, sessions);
  };
  let last: IndexReport | null = null;
  // Once uncounted: Node's compile cache and the system's file cache are warm, as Python's are.
  const isWhole = name !== "many";
  indexOnce(folder, isWhole);
  for (let run = 0; run < runs; run++) {
    // Right before the pictures are stored, and for about as long: this machine is not as fast at all times.
    ceilings.push(await encoderThroughput());
    const { stored, listed, report } = indexOnce(folder, isWhole);
    ours.push(stored);
    if (report !== null) totals.push(report.seconds.total);
    last = report;
    if (python) peers.push(peerOnce(python, folder));
    starts.push({ listed, ...(await startOnce()) });
  }
  console.log(`${set.count} JPEGs of ${set.width} x ${set.height}, ${runs} runs, median (range)`);
  console.log(`  scan to stored embeddings  ${spread(ours)} s, ${(set.count / median(ours)).toFixed(0)} images/s`);
  console.log(
    `    of it before any image     ${spread(starts.map(({ listed }) => listed))} s until the folder is listed; beside it, by themselves, ${spread(starts.map(({ child }) => child))} s until a process decodes and ${spread(starts.map(({ sessions }) => sessions))} s until the encoder is open`,
  );
  if (peers.length > 0)
    console.log(
      `  Python pipeline            ${spread(peers)} s; ours / theirs ${spread(ours.map((value, index) => value / (peers[index] as number)))}`,
    );
  console.log(
    `  encoder on ready tensors   ${spread(ceilings)} images/s; share of it reached ${spread(ours.map((value, index) => set.count / value / (ceilings[index] as number)))}`,
  );
  console.log(
    `    once all is started        ${spread(ours.map((value, run) => set.count / (value - started(run)) / (ceilings[run] as number)))} of it`,
  );
  if (last !== null) console.log(`  the whole job              ${spread(totals)} s; ${JSON.stringify(last.seconds)}`);
}
