/**
 * @file How well the outlier score finds foreign pictures: 16 among 800 of one kind, 10 draws, mean and lowest AUROC, for every candidate score and for
 * the one the engine uses. Coherent folders carry the bar (.98 each); diverse ones and a clump of 16 alike are for the record.
 * Run: `node test/bench/outliers.bench.ts [draws]`.
 */
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, shuffle, type Random } from "#engine/base/random.ts";
import { localOutlierFactor, meanDistance } from "#engine/outliers/density.ts";
import { meanRank } from "#engine/outliers/ranks.ts";
import { scoreOutliers } from "#engine/outliers/score.ts";
import { mahalanobis, whiten } from "#engine/outliers/whiten.ts";

import { auroc } from "../reference/outliers.ts";
import { loadBenchFolders, type BenchFolder } from "./outlier-folders.ts";

const normalCount = 800;
const oddCount = 16;
const bar = 0.98;
const draws = Number(process.argv[2] ?? 10);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const folders = await loadBenchFolders();
if (!folders) print("skipped: the pictures come from Debian packages, which cannot be had here");
else for (const kind of ["mixed", "clump"] as const) report(kind, folders);

function report(kind: "mixed" | "clump", from: readonly BenchFolder[]): void {
  const results = new Map<string, number[][]>();
  from.forEach((folder, column) => {
    for (let draw = 0; draw < draws; draw++) {
      const pools = kind === "mixed" ? folder.foreign : [folder.clumps[draw % folder.clumps.length]];
      const table = drawTable(folder.normal, pools, createRandom(1000 + draw));
      const odd = Array.from({ length: table.count }, (_, row) => row < oddCount);
      for (const [name, scores] of Object.entries(candidates(table))) {
        const columns = results.get(name) ?? from.map(() => []);
        results.set(name, columns);
        columns[column].push(auroc(scores, odd));
      }
    }
  });
  print(
    `\n${oddCount} ${kind === "mixed" ? "foreign pictures of mixed origin" : "foreign pictures, all alike"} among ${normalCount}; AUROC mean (lowest) of ${draws} draws`,
  );
  print(`| score | ${from.map((folder) => `${folder.name}${folder.coherent ? "" : " (diverse)"}`).join(" | ")} |`);
  print(`|---|${from.map(() => "---|").join("")}`);
  for (const [name, columns] of results)
    print(`| ${name} | ${columns.map((values) => `${mean(values).toFixed(3)} (${Math.min(...values).toFixed(3)})`).join(" | ")} |`);
  if (kind === "mixed") {
    const own = results.get("the engine's") ?? [];
    from.forEach((folder, column) => {
      if (folder.coherent)
        print(
          `bar 20, ${folder.name}: mean ${mean(own[column]).toFixed(4)}, lowest ${Math.min(...own[column]).toFixed(4)}, ${Math.min(...own[column]) >= bar ? "met" : "MISSED"} (${bar})`,
        );
    });
  }
}

/** The first rows are the foreign ones, an equal number of each origin. */
function drawTable(normal: VectorTable, foreign: readonly VectorTable[], random: Random): VectorTable {
  const pools = foreign.map((table) => ({ table, order: shuffledRows(table, random) }));
  const rows: Float32Array[] = [];
  for (let index = 0; index < oddCount; index++) {
    const { table, order } = pools[index % pools.length];
    rows.push(rowOf(table, order[Math.floor(index / pools.length)]));
  }
  for (const row of shuffledRows(normal, random).slice(0, normalCount)) rows.push(rowOf(normal, row));
  const { dimensions } = normal;
  const values = new Float32Array(rows.length * dimensions);
  rows.forEach((row, index) => values.set(row, index * dimensions));
  return { count: rows.length, dimensions, values };
}

function candidates(table: VectorTable): Record<string, ArrayLike<number>> {
  const graph = neighbours(table, 60);
  const narrow = cut(graph, 32);
  const scores: Record<string, ArrayLike<number>> = {
    "the engine's": scoreOutliers({ table, graph: narrow, groups: new Int32Array(table.count).fill(-1), seed: 1, neighbours }).scores,
    "kNN 5-20": meanDistance(graph, 5, 20),
    "kNN 20-32": meanDistance(graph, 20, 32),
    "kNN 40-60": meanDistance(graph, 40, 60),
    "LOF 20": localOutlierFactor(graph, 20),
    "LOF 32": localOutlierFactor(graph, 32),
  };
  for (const shrinkage of [0.01, 0.1, 0.3, 0.6]) {
    const options = { shrinkage, seed: 1 };
    const whitened = neighbours(whiten(table, options), 32);
    const near = meanDistance(whitened, 5, 20);
    const far = meanDistance(whitened, 20, 32);
    scores[`Mahalanobis, shrinkage ${shrinkage}`] = mahalanobis(table, options);
    scores[`whitened kNN 5-20, ${shrinkage}`] = near;
    scores[`whitened kNN 20-32, ${shrinkage}`] = far;
    scores[`whitened LOF 32, ${shrinkage}`] = localOutlierFactor(whitened, 32);
    scores[`LOF 20 + whitened kNN 5-20, ${shrinkage}`] = meanRank([scores["LOF 20"], near]);
    scores[`LOF 32 + whitened kNN 20-32, ${shrinkage}`] = meanRank([scores["LOF 32"], far]);
    scores[`LOF 32 + kNN 20-32 + both whitened, ${shrinkage}`] = meanRank([
      scores["LOF 32"],
      scores["kNN 20-32"],
      far,
      scores[`whitened LOF 32, ${shrinkage}`],
    ]);
  }
  return scores;
}

/** Exact neighbours by all pairs, four sums at a time. */
function neighbours(table: VectorTable, asked: number): NeighbourGraph {
  const { count, dimensions, values } = table;
  const k = Math.min(asked, count - 1);
  const all = new Float32Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      const [from, to] = [a * dimensions, b * dimensions];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let index = 0; index < dimensions; index += 4) {
        s0 += values[from + index] * values[to + index];
        s1 += values[from + index + 1] * values[to + index + 1];
        s2 += values[from + index + 2] * values[to + index + 2];
        s3 += values[from + index + 3] * values[to + index + 3];
      }
      all[a * count + b] = all[b * count + a] = s0 + s1 + s2 + s3;
    }
  }
  const indices = new Int32Array(count * k);
  const similarities = new Float32Array(count * k);
  for (let row = 0; row < count; row++) {
    const line = all.subarray(row * count, (row + 1) * count);
    const order = Int32Array.from({ length: count }, (_, other) => other)
      .filter((other) => other !== row)
      .sort((a, b) => line[b] - line[a] || a - b);
    for (let rank = 0; rank < k; rank++) {
      indices[row * k + rank] = order[rank];
      similarities[row * k + rank] = line[order[rank]];
    }
  }
  return { count, k, indices, similarities };
}

function cut(graph: NeighbourGraph, k: number): NeighbourGraph {
  const take = <T extends Int32Array | Float32Array>(values: T): T => values.filter((_, index) => index % graph.k < k) as T;
  return { count: graph.count, k, indices: take(graph.indices), similarities: take(graph.similarities) };
}

function shuffledRows(table: VectorTable, random: Random): number[] {
  return shuffle(
    Array.from({ length: table.count }, (_, row) => row),
    random,
  );
}

function rowOf(table: VectorTable, row: number): Float32Array {
  return table.values.subarray(row * table.dimensions, (row + 1) * table.dimensions);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
