/**
 * @file Classes from a few clicks, on real folders with known classes: accuracy at 1, 2, 5 and 20 clicks a class against fixed ways on the same clicks and scikit-learn's logistic regression; calibration;
 * errors among what is told with confidence .9; clicks saved by following suggestions; and how long one more click takes at 50,000 images. Arguments: draws (10), largest folder (10,000).
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { drawClicks, measureDraw, spacesOf, type DrawResult } from "./fewshot/accuracy.ts";
import { embedWhole, type LabelledFolder } from "./fewshot/embed.ts";
import { clicksFor, followSuggestions } from "./fewshot/saved-clicks.ts";
import { measureClicks } from "./fewshot/speed.ts";
import { pythonWith } from "./peers/python.ts";
import { loadSources } from "./verdict/sources.ts";

const draws = Number(process.argv[2] ?? 10);
const most = Number(process.argv[3] ?? 10_000);
const shots = [1, 2, 5, 20] as const;

const python = pythonWith(["numpy", "scikit-learn"]);
const sources = await loadSources({ clothes: most, digits: Math.min(5000, most), "clip art": Math.min(4000, most), "brain slices": 1500 });
const gains: number[] = [];
for (const source of sources) {
  const folder = await embedWhole(source);
  console.log(`\n${folder.name}: ${folder.table.count} pictures, ${folder.classCount} classes, medians of ${draws} draws`);
  console.log(
    "clicks   ours  best of ridge, propagation   gap  by draw  logistic   chosen (most often)        ECE  told at .9  wrong of them",
  );
  const vectors = spacesOf(folder);
  for (const each of shots) {
    const clicks = Array.from({ length: draws }, (_, draw) => drawClicks(folder, each, 100 + draw));
    const results = clicks.map((its) => measureDraw(folder, vectors, its));
    const logistic = python === null ? Number.NaN : median(logisticAccuracies(python, folder, clicks.map(({ rows }) => [...rows]))); // prettier-ignore
    printRow(each, results, logistic);
    if (each <= 5) gains.push(median(results.map(({ ours }) => ours)) - logistic);
  }
  printSaved(folder);
}
console.log(`\nagainst logistic regression at 1 to 5 clicks, on average: ${signed(100 * mean(gains))} points`);
const { images, clicks, allAtOnceMs, medianMs, worstMs } = measureClicks();
console.log(
  `one more click, ${images} images, 20 classes, ${clicks} clicks, two kinds of vectors: ${medianMs.toFixed(0)} ms (worst ${worstMs.toFixed(0)}); all clicks at once: ${(allAtOnceMs / 1000).toFixed(1)} s`,
);

function printRow(each: number, results: readonly DrawResult[], logistic: number): void {
  const ours = median(results.map((result) => result.ours));
  const best = Object.keys(results[0].fixed)
    .map((name) => [name, median(results.map(({ fixed }) => fixed[name]))] as const)
    .sort((one, other) => other[1] - one[1])[0];
  // Both learnt from the same clicks: what luck the draw had is in neither.
  const byDraw = median(results.map((result) => result.ours - result.fixed[best[0]]));
  const chosen = mostFrequent(results.map((result) => result.chosen));
  const percent = (share: number): string => (100 * share).toFixed(1).padStart(5);
  const of = (read: (result: DrawResult) => number): number => median(results.map(read));
  console.log(
    `${String(each).padStart(6)}  ${percent(ours)}  ${percent(best[1])} (${best[0]})`.padEnd(44) +
      `${signed(100 * (ours - best[1])).padStart(6)}   ${signed(100 * byDraw).padStart(6)}     ${percent(logistic)}   ${chosen.padEnd(22)}  ${of(({ calibrationError }) => calibrationError).toFixed(3)}       ${percent(of(({ accepted }) => accepted))}         ${percent(of(({ acceptedErrors }) => acceptedErrors))}`,
  );
}

/** At what random clicking reaches with 3, 6 and 10 clicks a class: how many suggested ones do. */
function printSaved(folder: LabelledFolder): void {
  const runs = Array.from({ length: Math.min(5, draws) }, (_, draw) => followSuggestions(folder, draw, 12 * folder.classCount));
  for (const times of [3, 6, 10]) {
    const randomClicks = times * folder.classCount;
    const needed = runs.map(({ suggested, random }) => {
      const reached = random.filter(([count]) => count <= randomClicks).at(-1)?.[1] ?? 0;
      return clicksFor(suggested, reached) ?? Number.POSITIVE_INFINITY;
    });
    const accuracy = median(runs.map(({ random }) => random.filter(([count]) => count <= randomClicks).at(-1)?.[1] ?? 0));
    console.log(
      `       ${randomClicks} random clicks reach ${(100 * accuracy).toFixed(1)} %; following suggestions needs ${median(needed).toFixed(0)}`,
    );
  }
}

function logisticAccuracies(interpreter: string, { table, labels }: LabelledFolder, rows: readonly (readonly number[])[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), "likeness-fewshot-"));
  writeFileSync(join(folder, "vectors.f32"), new Uint8Array(table.values.buffer, table.values.byteOffset, table.values.byteLength));
  const task = { vectors: join(folder, "vectors.f32"), dimensions: table.dimensions, labels: [...labels], draws: rows };
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
  const output = execFileSync(interpreter, [join(import.meta.dirname, "peers/logistic.py"), join(folder, "task.json")], {
    encoding: "utf8",
  });
  return JSON.parse(output) as number[];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mostFrequent(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1])[0][0];
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(1)}`;
}
