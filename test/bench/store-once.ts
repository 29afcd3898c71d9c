/**
 * @file Indexes a folder in a process of its own until its embeddings are stored, and leaves: what comes after takes minutes where 12,000 pictures are cuts of a few hundred. Prints the seconds.
 *
 *     node test/bench/store-once.ts DATA-FOLDER FOLDER
 */
import { join } from "node:path";

import { systemClock, startTimer } from "#engine/base/clock.ts";
import { createEngine } from "#engine/engine.ts";
import type { JobSnapshot } from "#protocol/progress.ts";

const [data, folder] = process.argv.slice(2) as [string, string];
const engine = await createEngine({ dataFolder: data, cores: 2 });
await engine.open(join(data, "w"), "write");
const timer = startTimer(systemClock);
let listed = 0;
engine.subscribe((name, value) => {
  if (name !== "job") return;
  const { stage, state, error } = value as JobSnapshot;
  if (error !== null) throw new Error(`${state}: ${error.message}`);
  if (stage === "embed" && listed === 0) listed = timer();
  if (stage !== "neighbours") return;
  console.log(JSON.stringify({ stored: timer(), listed }));
  process.exit(0);
});
engine.index([folder], undefined, "cpu");
