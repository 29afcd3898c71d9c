/**
 * @file How well the outlier score finds foreign pictures: 16 of mixed origin among 800 of one collection, and 16 alike, against the mean distance to neighbours 5 to 20 and the local outlier factor over 20 on the
 * same draws. Every collection and every part of the score is listed, good and bad. Run: `npm run bench outliers -- [draws] [first seed]`.
 */
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, shuffle, type Random } from "#engine/base/random.ts";
import { localOutlierFactor, meanDistance } from "#engine/outliers/density.ts";
import { nearestByDistance, standardise } from "#engine/outliers/light.ts";
import { scoreOutliers } from "#engine/outliers/score.ts";
import { answersOf } from "#engine/outliers/two-questions.ts";
import { mahalanobis, whiten } from "#engine/outliers/whiten.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";

import { auroc } from "../reference/outliers.ts";
import type { Known } from "./outlier-encoder.ts";
import { loadBenchFolders, type BenchFolder } from "./outlier-folders.ts";

const normalCount = 800;
const oddCount = 16;
const bars = { coherentMean: 0.98, coherentEach: 0.95, clumpMean: 0.95, diverseLoss: 0.01, diverseGain: 0.02 };
const draws = Number(process.argv[2] ?? 10);
const firstSeed = Number(process.argv[3] ?? 1000);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

type Kind = "mixed" | "clump";
/** Score -> AUROC of each draw. */
type Results = ReadonlyMap<string, readonly number[]>;
const ours = "the engine's";
const [nearest, local] = ["kNN 5-20", "LOF 20"];

const folders = await loadBenchFolders();
if (!folders) print("skipped: the pictures come from Debian packages, which cannot be had here");
else for (const kind of ["mixed", "clump"] as const) report(kind, folders);

function report(kind: Kind, from: readonly BenchFolder[]): void {
  const all = from.map((folder) => measure(folder, kind));
  const names = [...(all[0] as Results).keys()];
  print(`\n${oddCount} foreign pictures ${kind === "mixed" ? "of mixed origin" : "alike"} among ${normalCount}; mean AUROC (lowest) of ${draws} draws from seed ${firstSeed}`); // prettier-ignore
  print(`| collection | ${names.join(" | ")} |\n|---|${names.map(() => "---|").join("")}`);
  from.forEach((folder, at) => {
    const marks = `${folder.coherent ? "" : ", diverse"}${folder.held ? ", held out" : ""}`;
    const cells = names.map((name) => `${mean(of(all[at], name)).toFixed(3)} (${Math.min(...of(all[at], name)).toFixed(3)})`);
    print(`| ${folder.name}${marks} | ${cells.join(" | ")} |`);
  });
  const rows = from.map((folder, at) => ({ folder, results: all[at] as Results }));
  reportCoherent(
    kind,
    rows.filter(({ folder }) => folder.coherent),
  );
  if (kind === "mixed") reportDiverse(rows.filter(({ folder }) => !folder.coherent));
}

function reportCoherent(kind: Kind, rows: readonly { folder: BenchFolder; results: Results }[]): void {
  for (const { folder, results } of rows) {
    const values = of(results, ours);
    const met = kind === "mixed" ? mean(values) >= bars.coherentMean && Math.min(...values) >= bars.coherentEach : mean(values) >= bars.clumpMean; // prettier-ignore
    print(`coherent, ${folder.name}: mean ${mean(values).toFixed(4)}, lowest ${Math.min(...values).toFixed(4)}: ${met ? "met" : "MISSED"}`);
  }
}

function reportDiverse(rows: readonly { folder: BenchFolder; results: Results }[]): void {
  const gains = rows.map(({ folder, results }) => {
    const better = Math.max(mean(of(results, nearest)), mean(of(results, local)));
    const gain = mean(of(results, ours)) - better;
    const [wonNearest, wonLocal] = [nearest, local].map((name) => of(results, ours).filter((value, draw) => value > (of(results, name)[draw] as number)).length); // prettier-ignore
    print(
      `diverse, ${folder.name}: ${signed(gain)} against the better of ${nearest} and ${local}; draws won ${wonNearest} and ${wonLocal}: ${gain >= -bars.diverseLoss ? "met" : "MISSED"}`,
    );
    return gain;
  });
  print(`diverse, mean gain ${signed(mean(gains))}: ${mean(gains) >= bars.diverseGain ? "goal met" : mean(gains) > 0 ? "met" : "MISSED"}`);
}

function measure(folder: BenchFolder, kind: Kind): Results {
  const results = new Map<string, number[]>();
  for (let draw = 0; draw < draws; draw++) {
    const pools = kind === "mixed" ? folder.foreign : [folder.clumps[draw % folder.clumps.length] as Known];
    const drawn = drawFrom(folder.normal, pools, createRandom(firstSeed + draw));
    const odd = Array.from({ length: drawn.vectors.count }, (_, row) => row < oddCount);
    for (const [name, scores] of Object.entries(candidates(drawn))) {
      const values = results.get(name) ?? [];
      results.set(name, values);
      values.push(auroc(scores, odd));
    }
  }
  return results;
}

/** The first rows are the foreign ones, an equal number of each origin. */
function drawFrom(normal: Known, foreign: readonly Known[], random: Random): Known {
  const pools = shuffle(
    foreign.map((known) => ({ known, order: shuffledRows(known, random) })),
    random,
  );
  const rows: { readonly known: Known; readonly row: number }[] = [];
  for (let index = 0; index < oddCount; index++) {
    const { known, order } = pools[index % pools.length] as (typeof pools)[number];
    rows.push({ known, row: order[Math.floor(index / pools.length)] as number });
  }
  for (const row of shuffledRows(normal, random).slice(0, normalCount)) rows.push({ known: normal, row });
  const together = (kind: keyof Known): VectorTable => {
    const { dimensions } = normal[kind];
    const values = new Float32Array(rows.length * dimensions);
    rows.forEach(({ known, row }, index) => values.set(known[kind].values.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions)); // prettier-ignore
    return { count: rows.length, dimensions, values };
  };
  return { vectors: together("vectors"), light: together("light") };
}

function candidates({ vectors: table, light }: Known): Record<string, ArrayLike<number>> {
  const graph = exactNeighbours(table, 60);
  const whitened = exactNeighbours(whiten(table, { shrinkage: 0.3, seed: 1 }), 60);
  const { home, far } = answersOf(graph, whitened, nearestByDistance(standardise(light), 60));
  const groups = new Int32Array(table.count).fill(-1);
  return {
    [ours]: scoreOutliers({ table, graph: exactNeighbours(table, 32), groups, light, seed: 1, neighbours: exactNeighbours }).scores,
    "without light": scoreOutliers({ table, graph: exactNeighbours(table, 32), groups, light: null, seed: 1, neighbours: exactNeighbours })
      .scores,
    [nearest]: meanDistance(graph, 5, 20),
    [local]: localOutlierFactor(graph, 20),
    "LOF 10": home[0] as Float64Array,
    "LOF 15": home[1] as Float64Array,
    "ratio 20": home[2] as Float64Array,
    "whitened ratio 60": home[3] as Float64Array,
    "light kNN 5-20": home[4] as Float64Array,
    "light LOF 20": home[5] as Float64Array,
    "kNN 20-60": far[0] as Float64Array,
    "LOF 60": far[1] as Float64Array,
    "whitened kNN 20-60": far[2] as Float64Array,
    "whitened LOF 60": far[3] as Float64Array,
    "light kNN 20-60": far[4] as Float64Array,
    "light LOF 60": far[5] as Float64Array,
    "whitened kNN 5-20": meanDistance(whitened, 5, 20),
    Mahalanobis: mahalanobis(table, { shrinkage: 0.05, seed: 1 }),
  };
}

function shuffledRows({ vectors }: Known, random: Random): number[] {
  return shuffle(
    Array.from({ length: vectors.count }, (_, row) => row),
    random,
  );
}

function of(results: Results | undefined, name: string): readonly number[] {
  return results?.get(name) ?? [];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(4)}`;
}
