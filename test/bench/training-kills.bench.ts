/**
 * @file Bar 19: trainings through the command line whose whole process tree is killed (-9) at random moments, gone on with by `runs resume`, and held against
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
  "diet on an adapter": [...common, "--steps", "120", "--trainable", "adapter", "--batch", "16"],
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
let different = 0;
for (const [kind, args] of Object.entries(kinds)) {
  const begun = performance.now();
  const whole = await runJson<TrainReport>([...args, ...here], data);
  const wholeMs = performance.now() - begun;
  const times: string[] = [];
  let run = whole.run;
  let report: TrainReport | null = null;
  while (report === null && times.length < perRun) {
    const afterMs = 1000 + random.unit() * wholeMs;
    const isBegun = run !== whole.run;
    const wasKilled = await killedTree([...(isBegun ? ["runs", "resume", run] : args), ...here], data, afterMs);
    run = (await latestRun()) ?? run;
    if (wasKilled) times.push((afterMs / 1000).toFixed(1));
    else if (isBegun || run !== whole.run) report = (await runJson<{ report: TrainReport }>(["runs", "show", run, ...here], data)).report;
  }
  report ??= await runJson<TrainReport>(["runs", "resume", run, ...here], data);
  const [expected, seen] = [whole.run, run].map((id) => runHashes(join(workspace, "runs", id))) as [
    Record<string, string>,
    Record<string, string>,
  ];
  const differing = Object.keys(expected).filter((name) => expected[name] !== seen[name]);
  if (JSON.stringify(report.report) !== JSON.stringify(whole.report)) differing.push("report");
  done += times.length;
  different += differing.length;
  console.log(
    `${kind}: ${whole.steps} steps, ${(wholeMs / 1000).toFixed(1)} s; killed ${times.length} times, after ${times.join(", ")} s; ${differing.length === 0 ? `equal (state ${seen["state"] ?? ""})` : `DIFFERENT: ${differing.join(", ")}`}`,
  );
}
console.log(`${done} kills; ${different === 0 ? "every run ended as the uninterrupted one" : `${different} differences`}`);
rmSync(data, { recursive: true, force: true });
