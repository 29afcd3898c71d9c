/**
 * @file Trainings through the command line whose whole process tree is killed (-9) at random moments, gone on with by `runs resume`, and held against
 * uninterrupted ones: state, numbers of every step, encoders. Four kinds of runs in turn. Prints what it found.
 *
 *   npm run bench training-kills [kills] [seed]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createRandom } from "#engine/base/random.ts";
import type { RunSummary, TrainReport } from "#protocol/model.ts";
import { runJson } from "../helpers/command-line.ts";
import { drawTrainingFolder, killedTree, runHashes } from "../helpers/training-runs.ts";

const kills = Number(process.argv[2] ?? 20);
const random = createRandom(Number(process.argv[3] ?? 1));
const data = mkdtempSync(join(tmpdir(), "likeness-training-kills-"));
const folder = join(data, "pictures");
const workspace = join(data, "collection");
const here = ["--workspace", workspace];

/** Many looks at the probe: a checkpoint at each. */
const common = ["train", "--device", "cpu", "--set", "evaluations=12"];
const small = ["--from", "scratch:resnet-small", "--size", "16", "--batch", "8"];
const kinds: Readonly<Record<string, readonly string[]>> = {
  "simclr from nothing": [...common, ...small, "--steps", "48", "--method", "simclr"],
  "moco from nothing": [...common, ...small, "--steps", "36", "--method", "moco"],
  "diet on an adapter": [...common, "--steps", "48", "--trainable", "adapter", "--batch", "16", "--size", "64", "--set", "keptViews=3"],
  "dcl on the last stage": [
    ...common,
    "--steps",
    "24",
    "--trainable",
    "last",
    "--method",
    "dcl",
    "--batch",
    "8",
    "--size",
    "64",
    "--set",
    "keptViews=2",
  ],
};
const perRun = Math.ceil(kills / Object.keys(kinds).length);

async function latestRun(): Promise<string | null> {
  return (await runJson<{ runs: RunSummary[] }>(["runs", "list", ...here], data)).runs[0]?.id ?? null;
}

await drawTrainingFolder(folder);
await runJson(["index", folder, "--device", "cpu", ...here], data);
let done = 0;
let ended = 0;
let different = 0;
for (const [kind, args] of Object.entries(kinds)) {
  const begun = performance.now();
  const whole = await runJson<TrainReport>([...args, ...here], data);
  const wholeMs = performance.now() - begun;
  console.log(`${kind}: ${whole.steps} steps, ${(wholeMs / 1000).toFixed(1)} s, state ${hashesOf(whole.run)["state"] ?? ""}`);
  let times: string[] = [];
  for (let kindKills = 0, isLast = false; !isLast; times = []) {
    const { run, report } = await interrupted(args, whole.run, () => {
      isLast = kindKills >= perRun;
      if (isLast) return null;
      const afterMs = 1500 + random.unit() * wholeMs * 0.8;
      return { afterMs, onKill: () => void (kindKills++, times.push((afterMs / 1000).toFixed(1))) };
    });
    isLast ||= kindKills >= perRun;
    const [expected, seen] = [hashesOf(whole.run), hashesOf(run)];
    const differing = Object.keys(expected).filter((name) => expected[name] !== seen[name]);
    if (JSON.stringify(report.report) !== JSON.stringify(whole.report)) differing.push("report");
    done += times.length;
    ended++;
    different += differing.length;
    const verdict = differing.length === 0 ? `equal (state ${seen["state"] ?? ""})` : `DIFFERENT: ${differing.join(", ")}`;
    console.log(`  killed ${times.length} times, after ${times.join(", ")} s: ${verdict}`);
  }
}
console.log(`${done} kills in ${ended} runs; ${different === 0 ? "each ended as the uninterrupted one" : `${different} differences`}`);
rmSync(data, { recursive: true, force: true });

function hashesOf(run: string): Record<string, string> {
  return runHashes(join(workspace, "runs", run));
}

/** One run to its end, killed as long as `next` says when. @param before the latest run until now */
async function interrupted(
  args: readonly string[],
  before: string,
  next: () => { readonly afterMs: number; readonly onKill: () => void } | null,
): Promise<{ readonly run: string; readonly report: TrainReport }> {
  const older = new Set((await runJson<{ runs: RunSummary[] }>(["runs", "list", ...here], data)).runs.map(({ id }) => id));
  let run: string | null = null;
  for (;;) {
    const command = [...(run === null ? args : ["runs", "resume", run]), ...here];
    const kill = next();
    if (kill === null) {
      const report = await runJson<TrainReport>(command, data);
      return { run: report.run, report };
    }
    const wasKilled = await killedTree(command, data, kill.afterMs);
    const latest = (await latestRun()) ?? before;
    if (!older.has(latest)) run = latest;
    if (wasKilled) kill.onKill();
    else if (run !== null) return { run, report: (await runJson<{ report: TrainReport }>(["runs", "show", run, ...here], data)).report };
  }
}
