/**
 * @file Bar 21: 1,000 images, 5 kills (-9) at random moments of indexing, then to the end: are outcomes, pairs and the order of outliers
 * those of an uninterrupted run, and how close are the embeddings? Prints what it found.
 *
 *   npm run bench kills [images] [kills] [seed]
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createRandom } from "#engine/base/random.ts";
import type { IndexReport } from "#protocol/model.ts";
import { runJson } from "../helpers/command-line.ts";
import { killedWhileIndexing, readFindings } from "../helpers/interrupted-indexing.ts";
import { photoFolder } from "./photos.ts";

const images = Number(process.argv[2] ?? 1000);
const kills = Number(process.argv[3] ?? 5);
const seed = Number(process.argv[4] ?? 1);
const source = await photoFolder({ count: 3000, width: 160, height: 160, quality: 88 });
if (!source) throw new Error("no photos (offline)");
const data = mkdtempSync(join(tmpdir(), "likeness-kills-"));
const folder = join(data, "pictures");
mkdirSync(folder);
for (const name of readdirSync(source).slice(0, images)) symlinkSync(join(source, name), join(folder, name));

const whole = await runJson<IndexReport>(["index", folder, "--workspace", join(data, "whole")], data);
console.log(`uninterrupted: ${whole.seconds.total.toFixed(1)} s, ${JSON.stringify(whole.files)}`);
const random = createRandom(seed);
const workspace = join(data, "killed");
let done = 0;
while (done < kills) {
  // A run that goes on from the last kill is shorter than a whole one.
  const afterMs = 600 + random.unit() * whole.seconds.total * (1000 / kills) * 1.4;
  if (!(await killedWhileIndexing([folder], workspace, data, afterMs))) break;
  done++;
  console.log(`killed after ${(afterMs / 1000).toFixed(1)} s`);
}
const report = await runJson<IndexReport>(["index", folder, "--workspace", workspace], data);
const [expected, seen] = [await readFindings(join(data, "whole"), data), await readFindings(workspace, data)];
const same = (one: unknown, other: unknown): string => (JSON.stringify(one) === JSON.stringify(other) ? "equal" : "DIFFERENT");
let leastCosine = 1;
for (const [path, vector] of expected.vectors) {
  const other = seen.vectors.get(path) ?? new Float32Array(vector.length);
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
  leastCosine = Math.min(leastCosine, dot(vector, other) / Math.sqrt(dot(vector, vector) * dot(other, other) || 1));
}
console.log(`${done} kills, then ${report.seconds.total.toFixed(1)} s; ${JSON.stringify(report.files)}`);
console.log(
  `outcomes ${same(expected.outcomes, seen.outcomes)}; report's counts ${same(whole.files, report.files)}; ${expected.pairs.length} pairs ${same(expected.pairs, seen.pairs)}`,
);
console.log(
  `order of ${expected.outlierOrder.length} outliers ${same(expected.outlierOrder, seen.outlierOrder)}; least cosine of embeddings ${leastCosine.toFixed(6)}`,
);
rmSync(data, { recursive: true, force: true });
