/**
 * @file How fast the map is laid out from a ready neighbour graph, and how good it is, beside umap-js fed with the same neighbours in the same
 * run. Median of three; the time covers everything from the graph to the coordinates, on both sides.
 *
 *     npm run bench map [COUNT=10000] [FILE.npy]      (FILE.npy: float32 [n, d] embeddings instead of synthetic ones)
 */
import { readFileSync } from "node:fs";
import { argv, cpuUsage, stdout } from "node:process";

import { UMAP } from "umap-js";

import { systemClock } from "#engine/base/clock.ts";
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { clusterMap } from "#engine/map/clusters.ts";
import { layoutMap } from "#engine/map/layout.ts";
import { measureMap } from "#engine/map/quality.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { loadKernels, typescriptKernels, type Kernels } from "#native/kernels.ts";

import { classedVectors, unitTable } from "../helpers/map-data.ts";

const repetitions = 3;
const neighbours = 15;

const given = argv.slice(2);
const file = given.find((argument) => argument.endsWith(".npy"));
const count = Number(given.find((argument) => /^\d+$/.test(argument)) ?? 10_000);
const withPeer = !given.includes("--no-peer");
const table = file ? readNpy(file) : classedVectors({ count, dimensions: 384, classes: 50, seed: 7 }).table;
const graph = exactNeighbours(table, 32);
const native = loadKernels();
say(`${table.count} x ${table.dimensions}, ${file ?? "50 classes under 8, seed 7"}; kernels: ${native.why}`);
say("layout                     median s    CPU s   trustworthiness   recall");

const rows: [string, (run: number) => Float32Array][] = [];
if (native.kind === "native") {
  rows.push(["native", (run) => ours(run, native)]);
  rows.push(["native, one thread", (run) => ours(run, native, 1)]);
}
rows.push(["TypeScript twin", (run) => ours(run, typescriptKernels("for the benchmark"))]);
if (withPeer) rows.push(["umap-js 1.4.0", (run) => peer(table, graph, run)]);

const medians = new Map<string, number>();
for (const [name, make] of rows) {
  const seconds: number[] = [];
  const processor: number[] = [];
  let coordinates: Float32Array = new Float32Array(0);
  for (let run = 0; run < repetitions; run++) {
    const start = systemClock.monotonic();
    const before = cpuUsage();
    coordinates = make(run);
    const used = cpuUsage(before);
    seconds.push((systemClock.monotonic() - start) / 1000);
    processor.push((used.user + used.system) / 1e6);
  }
  const quality = measureMap({ table, graph, coordinates, seed: 1 });
  medians.set(name, median(seconds));
  say(
    `${name.padEnd(24)} ${median(seconds).toFixed(2).padStart(10)} ${median(processor).toFixed(2).padStart(8)} ${quality.trustworthiness.toFixed(4).padStart(17)} ${quality.recall.toFixed(3).padStart(8)}`,
  );
}
const base = medians.get("umap-js 1.4.0");
if (base !== undefined)
  for (const [name, seconds] of medians) if (name !== "umap-js 1.4.0") say(`${name}: ${(base / seconds).toFixed(1)} x as fast as umap-js`);

const { coordinates } = layoutMap({ graph, table, seed: 1 });
const start = systemClock.monotonic();
const { labels, representatives } = clusterMap(coordinates, table.count, { table });
say(
  `clusters: ${representatives.length} in ${((systemClock.monotonic() - start) / 1000).toFixed(2)} s, ${labels.filter((label) => label < 0).length} points in none`,
);

function ours(run: number, kernels: Kernels, threads?: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(layoutMap({ graph, table, neighbours, seed: run, kernels, ...(threads ? { threads } : {}) }).coordinates);
}

/** umap-js with its own defaults. Making its nested arrays is not part of the time we would count, but it is small. */
function peer(vectors: VectorTable, { k, indices, similarities }: NeighbourGraph, run: number): Float32Array<ArrayBuffer> {
  const umap = new UMAP({ nNeighbors: neighbours, minDist: 0.1, random: createRandom(run).unit });
  const items = Array.from({ length: vectors.count }, (_, item) => item);
  umap.setPrecomputedKNN(
    items.map((item) => [item, ...indices.subarray(item * k, item * k + neighbours - 1)]),
    items.map((item) => [
      0,
      ...Array.from(similarities.subarray(item * k, item * k + neighbours - 1), (similarity) => Math.max(0, 1 - similarity)),
    ]),
  );
  // It looks at the vectors' number only.
  return Float32Array.from(umap.fit(items.map(() => [0])).flat());
}

function median(values: number[]): number {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)];
}

/** Version 1 or 2 of the format, little-endian float32, two dimensions, C order. */
function readNpy(path: string): VectorTable {
  const bytes = readFileSync(path);
  const headerAt = bytes[6] === 1 ? 10 : 12;
  const headerLength = bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const header = bytes.toString("latin1", headerAt, headerAt + headerLength);
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header);
  if (!shape || !header.includes("'<f4'") || !header.includes("'fortran_order': False"))
    throw new Error(`${path}: expected float32 [n, d] in C order, found ${header}`);
  const [height, width] = [Number(shape[1]), Number(shape[2])];
  const body = bytes.subarray(headerAt + headerLength);
  const values = new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + height * width * 4));
  return unitTable(Array.from({ length: height }, (_, row) => values.subarray(row * width, (row + 1) * width)));
}

function say(line: string): void {
  stdout.write(`${line}\n`);
}
