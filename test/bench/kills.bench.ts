/**
 * @file Kills (-9) at random moments of indexing, the database looked over by SQLite after each, then to the end: are outcomes, pairs and the order of outliers
 * those of an uninterrupted run, and how close are the embeddings? A killed run that came too far for the next kill to hit it begins anew in another workspace, and
 * each workspace is brought to its end. Prints what it found.
 *
 *   npm run bench kills [images] [kills] [seed] [kills in one workspace]
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Database from "better-sqlite3";

import { createRandom } from "#engine/base/random.ts";
import type { IndexReport } from "#protocol/model.ts";
import { runJson } from "../helpers/command-line.ts";
import { killedWhileIndexing, readFindings } from "../helpers/interrupted-indexing.ts";
import { photoFolder } from "./photos.ts";

const images = Number(process.argv[2] ?? 2000);
const kills = Number(process.argv[3] ?? 50);
const seed = Number(process.argv[4] ?? 1);
const killsEach = Number(process.argv[5] ?? 10);
const source = await photoFolder({ count: 3000, width: 160, height: 160, quality: 88 });
if (!source) throw new Error("no photos (offline)");
const data = mkdtempSync(join(tmpdir(), "likeness-kills-"));
const folder = join(data, "pictures");
mkdirSync(folder);
for (const name of readdirSync(source).slice(0, images)) symlinkSync(join(source, name), join(folder, name));

const whole = await runJson<IndexReport>(["index", folder, "--workspace", join(data, "whole")], data);
console.log(`uninterrupted: ${whole.seconds.total.toFixed(1)} s, ${JSON.stringify(whole.files)}`);
const random = createRandom(seed);
const expected = await readFindings(join(data, "whole"), data);
const same = (one: unknown, other: unknown): string => (JSON.stringify(one) === JSON.stringify(other) ? "equal" : "DIFFERENT");
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
let done = 0;
for (let round = 1; done < kills; round++) {
  const workspace = join(data, `killed-${round}`);
  const at: string[] = [];
  while (done < kills && at.length < killsEach) {
    // The start takes half a second; a run that goes on from a kill is shorter than a whole one.
    const afterMs = 300 + random.unit() * whole.seconds.total * (1000 / Math.sqrt(killsEach)) * 1.2;
    if (!(await killedWhileIndexing([folder], workspace, data, afterMs))) break;
    done++;
    at.push(`${(afterMs / 1000).toFixed(1)} ${integrityOf(workspace)}`);
  }
  const report = await runJson<IndexReport>(["index", folder, "--workspace", workspace], data);
  const seen = await readFindings(workspace, data);
  let leastCosine = 1;
  for (const [path, vector] of expected.vectors) {
    const other = seen.vectors.get(path) ?? new Float32Array(vector.length);
    leastCosine = Math.min(leastCosine, dot(vector, other) / Math.sqrt(dot(vector, vector) * dot(other, other) || 1));
  }
  console.log(
    `workspace ${round}: ${at.length} kills (after seconds, integrity): ${at.join(", ")}; then ${report.seconds.total.toFixed(1)} s`,
  );
  console.log(
    `  outcomes ${same(expected.outcomes, seen.outcomes)}; ${expected.pairs.length} pairs ${same(expected.pairs, seen.pairs)}; order of ` +
      `${expected.outlierOrder.length} outliers ${same(expected.outlierOrder, seen.outlierOrder)}; least cosine of embeddings ${leastCosine.toFixed(6)}`,
  );
  rmSync(workspace, { recursive: true, force: true });
}
console.log(`${done} kills`);
rmSync(data, { recursive: true, force: true });

/** What SQLite says of the database as the kill left it; a kill before it was made leaves none. */
function integrityOf(workspace: string): string {
  if (!existsSync(join(workspace, "likeness.db"))) return "none yet";
  const sqlite = new Database(join(workspace, "likeness.db"));
  const told = sqlite.pragma("integrity_check", { simple: true }) as string;
  sqlite.close();
  return told;
}
