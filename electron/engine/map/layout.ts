/**
 * @file The layout of the map: UMAP from the ready neighbour graph (McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426), with
 * the defaults and the number of epochs of umap-js. It differs where that is better: it starts from the vectors' main directions instead of
 * at random, edges are drawn at staggered epochs instead of all at once, and items move by where the others were when the epoch began, so
 * that threads cannot change the result (native/twins/umap-layout.ts).
 */
import { availableParallelism } from "node:os";

import { loadKernels, type Kernels } from "#native/kernels.ts";
import { BugError, throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom, type Random } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";
import { fitCurve } from "./curve.ts";
import { fuzzyGraph, type FuzzyGraph } from "./fuzzy-graph.ts";
import { initialCoordinates } from "./initial-coordinates.ts";

export interface LayoutInput {
  readonly graph: NeighbourGraph;
  readonly table: VectorTable;
  /** How many nearest items, the item itself counted, make its surroundings. More: coarser structure. */
  readonly neighbours?: number;
  /** How close points may lie on the map. */
  readonly minimumDistance?: number;
  readonly seed: number;
  /** [n, 2]: an earlier map to start from; the new one keeps its arrangement. */
  readonly initial?: Float32Array;
  readonly epochs?: number;
  /** For tests and benchmarks. */
  readonly kernels?: Kernels;
  readonly threads?: number;
}

export interface Layout {
  /** [n, 2] row-major, centred on the origin. */
  readonly coordinates: Float32Array;
}

/**
 * With an earlier map the search starts nearly cooled and is short: measured with a whole new class and a third of the images new, the result is
 * as good as a fresh map, and old images move a tenth of the map's width instead of being shuffled.
 */
const warmRate = 0.2;
const warmEpochs = 200;
const warmNoise = 1e-3;
/** Edges looked at in one call of the kernel: well below 50 ms. */
const edgesPerCall = { native: 2_000_000, typescript: 100_000 };
const wholePeriod = 2 ** 31;
const maximumThreads = 8;

/** The same input and seed give the same map on one machine, whatever the number of threads. */
export function layoutMap(input: LayoutInput, options: StageOptions = {}): Layout {
  const { graph, table, neighbours = 15, minimumDistance = 0.1, seed, initial } = input;
  const { signal, onProgress } = options;
  const count = graph.count;
  if (table.count !== count) throw new BugError(`the table has ${table.count} rows, the graph ${count}`);
  if (initial && initial.length !== 2 * count) throw new BugError(`the earlier map has ${initial.length / 2} points, the graph ${count}`);
  throwIfAborted(signal);
  if (count < 2) return { coordinates: new Float32Array(2 * count) };
  const epochs = input.epochs ?? (initial ? Math.min(warmEpochs, epochsFor(count)) : epochsFor(count));
  const random = createRandom(seed);
  onProgress?.(0, epochs);
  const fuzzy = fuzzyGraph(graph, neighbours, signal);
  const coordinates = initial ? nearby(initial, random) : initialCoordinates(table, random, signal);
  descend(
    {
      fuzzy,
      coordinates,
      epochs,
      minimumDistance,
      random,
      startRate: initial ? warmRate : 1,
      kernels: input.kernels,
      threads: input.threads,
    },
    options,
  );
  centre(coordinates);
  return { coordinates };
}

/** Fewer for large collections, as in umap-js. */
export function epochsFor(count: number): number {
  return count <= 2500 ? 500 : count <= 5000 ? 400 : count <= 7500 ? 300 : 200;
}

interface Descent {
  readonly fuzzy: FuzzyGraph;
  readonly coordinates: Float32Array;
  readonly epochs: number;
  readonly minimumDistance: number;
  readonly random: Random;
  readonly startRate: number;
  readonly kernels: Kernels | undefined;
  readonly threads: number | undefined;
}

function descend(
  { fuzzy, coordinates, epochs, minimumDistance, random, startRate, ...given }: Descent,
  { signal, onProgress }: StageOptions,
): void {
  const kernels = given.kernels ?? loadKernels();
  const threads = given.threads ?? Math.min(maximumThreads, availableParallelism());
  const { count, offsets, targets } = fuzzy;
  const ranges = splitByEdges(offsets, edgesPerCall[kernels.kind]);
  const { steps, phases } = schedule(fuzzy, epochs, random);
  const curve = fitCurve({ minimumDistance });
  const seed = random.uint32();
  const snapshot = new Float32Array(coordinates.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    snapshot.set(coordinates);
    const rate = startRate * (1 - epoch / epochs);
    for (let range = 0; range + 1 < ranges.length; range++) {
      throwIfAborted(signal);
      const [from, to] = [ranges[range], ranges[range + 1]];
      kernels.umapLayout({ count, offsets, targets, steps, phases, snapshot, coordinates, ...curve, rate, seed, epoch, from, to, threads });
    }
    onProgress?.(epoch + 1, epochs);
  }
}

/** How often each edge is drawn, by its weight; edges too weak to be drawn once are left out. Phases are staggered. */
export function schedule(fuzzy: FuzzyGraph, epochs: number, random: Random): { steps: Uint32Array; phases: Uint32Array } {
  let largest = 0;
  for (const weight of fuzzy.weights) largest = Math.max(largest, weight);
  const steps = new Uint32Array(fuzzy.weights.length);
  const phases = new Uint32Array(fuzzy.weights.length);
  for (let edge = 0; edge < steps.length; edge++) {
    const share = fuzzy.weights[edge] / largest;
    if (share < 1 / epochs) continue;
    steps[edge] = Math.round(share * wholePeriod);
    phases[edge] = random.uint32() >>> 1;
  }
  return { steps, phases };
}

/** Borders of ranges of items, about `edges` each. */
function splitByEdges(offsets: Int32Array, edges: number): number[] {
  const borders = [0];
  for (let item = 1; item < offsets.length - 1; item++) {
    if (offsets[item] - offsets[borders[borders.length - 1]] >= edges) borders.push(item);
  }
  return [...borders, offsets.length - 1];
}

/** The earlier map with a touch of noise: new images that were put on one spot could not part otherwise. */
function nearby(initial: Float32Array, random: Random): Float32Array {
  return Float32Array.from(initial, (value) => (Number.isFinite(value) ? value : 0) + warmNoise * random.normal());
}

function centre(coordinates: Float32Array): void {
  const count = coordinates.length / 2;
  let x = 0;
  let y = 0;
  for (let item = 0; item < count; item++) {
    x += coordinates[2 * item] / count;
    y += coordinates[2 * item + 1] / count;
  }
  for (let item = 0; item < count; item++) {
    coordinates[2 * item] -= x;
    coordinates[2 * item + 1] -= y;
  }
}
