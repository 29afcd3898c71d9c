/**
 * @file How often the verdict is right: real folders with hidden labels, candidates in closed form from good to ruinous, the true gain in 20-nearest-neighbour accuracy beside what was
 * expected and said. Prints one line a candidate, then the sums. Heads and encoders that were trained are judged where they are trained.
 */
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { evaluate } from "#engine/training/evaluate/evaluate.ts";
import { makeReference, measure, type Metrics, type Probe } from "#engine/training/judge/measure.ts";
import { predict } from "#engine/training/judge/predictor.ts";
import { judgeCandidates, type Verdict } from "#engine/training/judge/verdict.ts";
import { fitViewWhitening, type ViewTable } from "#engine/training/whiten/view-whitening.ts";
import { applyWhitening, fitWhitening, joinVectors, type Whitening } from "#engine/training/whiten/whitening.ts";

import { embedFolder, type EmbeddedFolder } from "./verdict/embed.ts";
import { loadSources } from "./verdict/sources.ts";

type Change = (table: VectorTable) => VectorTable;

const seed = 1;

function viewsOf({ views }: EmbeddedFolder, first: number, count: number): ViewTable {
  const { dimensions } = views;
  const values = new Float32Array(views.count * count * dimensions);
  for (let picture = 0; picture < views.count; picture++) {
    const start = (picture * views.views + first) * dimensions;
    values.set(views.values.subarray(start, start + count * dimensions), picture * count * dimensions);
  }
  return { count: views.count, views: count, dimensions, values };
}

function makeCandidates(folder: EmbeddedFolder): [string, Change][] {
  const { plain } = folder;
  const apply =
    (whitening: Whitening): Change =>
    (table) =>
      applyWhitening(table, whitening);
  const white = (exponent: number, maximumAxes?: number): Change => apply(fitWhitening(plain, { seed, exponent, maximumAxes }));
  const fitted = viewsOf(folder, 2, folder.views.views - 2);
  const views = (exponent: number): Change => apply(fitViewWhitening(fitted, { seed, exponent, plain }));
  const [half, withViews] = [white(0.5), views(0.5)];
  return [
    ["whitened", half],
    ["exponent 1/4", white(0.25)],
    ["exponent 3/4", white(0.75)],
    ["exponent 1", white(1)],
    ["exponent 3/2", white(1.5)],
    ["views, 1/2", withViews],
    ["views, 0", views(0)],
    ["views, 1", views(1)],
    ["joined", (table) => joinVectors(half(table), withViews(table))],
    ["32 axes", white(0.5, 32)],
    ["8 axes, plain", white(0, 8)],
    ["16 at random", apply(randomProjection(plain.dimensions, 16))],
    ["64 at random", apply(randomProjection(plain.dimensions, 64))],
  ];
}

function randomProjection(dimensions: number, axisCount: number): Whitening {
  const random = createRandom(seed);
  const matrix = Float32Array.from({ length: dimensions * axisCount }, () => random.normal());
  return { dimensions, axisCount, mean: new Float32Array(dimensions), matrix, exponent: 0 };
}

function trueVerdict(gain: number): Verdict["verdict"] {
  return gain >= 1 ? "helped" : gain <= -1 ? "hurt" : "unclear";
}

const tally = new Map<string, number>();
for (const source of await loadSources()) {
  const folder = await embedFolder(source);
  const { plain, labels } = folder;
  const [a, b] = [0, 1].map((view) => viewsOf(folder, view, 1));
  const probe: Probe = { plain, viewA: a, viewB: b };
  const reference = makeReference(plain, { seed });
  const score = (table: VectorTable): number => 100 * evaluate({ vectors: table, labels, seed }).knn[20].accuracy;
  const measured = (given: Probe): Metrics => measure(given, { seed, reference, weakLabels: null });
  const frozen = { name: "frozen", metrics: measured(probe) };
  const base = score(plain);
  const advice = predict({ encoder: "efficientnet-lite0-160", ...frozen.metrics }).advice;
  console.log(
    `\n${folder.name}: ${plain.count} pictures, frozen ${base.toFixed(1)} %, uniformity ${frozen.metrics.uniformity.toFixed(2)}: ${advice}`,
  );
  for (const [id, change] of makeCandidates(folder)) {
    const candidate = { name: id, metrics: measured({ plain: change(plain), viewA: change(a), viewB: change(b) }) };
    const { verdict, expectedGains } = judgeCandidates([frozen, candidate]);
    const gain = score(change(plain)) - base;
    const truth = trueVerdict(gain);
    tally.set(`${truth}, said ${verdict}`, (tally.get(`${truth}, said ${verdict}`) ?? 0) + 1);
    const { viewRetrieval, mutual, witnessed } = candidate.metrics;
    console.log(
      `  ${id.padEnd(14)} gain ${gain.toFixed(1).padStart(6)}  expected ${(expectedGains.get(id) as number).toFixed(1).padStart(5)}  ${truth === verdict ? "right" : "WRONG"} (${truth}, said ${verdict})` +
        `  retrieval ${viewRetrieval.toFixed(3)} mutual ${mutual.toFixed(3)} witnessed ${witnessed.toFixed(3)}`,
    );
  }
}
console.log("");
for (const [what, count] of [...tally].sort()) console.log(`${what}: ${count}`);
