/**
 * @file How long neighbours and map take from vectors of any origin, as a collection's own would: for measuring against other programs on their very input.
 */
import { startTimer, type Clock } from "../../base/clock.ts";
import { readNpyTable, writeNpyTable } from "../../base/npy-file.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { layoutMap } from "../../map/layout.ts";
import { exactNeighbours } from "../../search/exact-neighbours.ts";
import { findNeighbours } from "../../search/find-neighbours.ts";

export interface VectorBench {
  /** .npy, float32 [n, d], of any length. */
  readonly input: string;
  /** .npy */
  readonly out: string;
  readonly clock: Clock;
}

/** A map looks at 15 pictures, the picture itself counted; a few more make the search surer. */
const mapNeighbours = 16;

/** Writes the exact neighbours: int32 [n, k], the row itself left out. Seconds are those after reading and before writing. */
export function benchNeighbours(
  { input, out, clock, k }: VectorBench & { readonly k: number },
  options: StageOptions = {},
): { seconds: number } {
  const table = readNpyTable(input);
  const timer = startTimer(clock);
  makeUnit(table);
  const graph = exactNeighbours(table, k, options);
  const seconds = timer();
  writeNpyTable(out, graph.indices, graph.k);
  return { seconds };
}

export interface MapTimes {
  readonly seconds: number;
  readonly neighbourSeconds: number;
}

/** Writes the map: float32 [n, 2]. Seconds are those after reading and before writing, neighbours included. */
export function benchMap({ input, out, clock, seed }: VectorBench & { readonly seed: number }, options: StageOptions = {}): MapTimes {
  const table = readNpyTable(input);
  const timer = startTimer(clock);
  makeUnit(table);
  const { graph } = findNeighbours(table, mapNeighbours, options);
  const neighbourSeconds = timer();
  const { coordinates } = layoutMap({ table, graph, seed }, options);
  const seconds = timer();
  writeNpyTable(out, coordinates, 2);
  return { seconds, neighbourSeconds };
}

/** Rows to length 1, where they lie. What has no direction stays and is refused by its number. */
function makeUnit({ count, dimensions, values }: VectorTable): void {
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    let squares = 0;
    for (let at = start; at < start + dimensions; at++) squares += values[at] * values[at];
    if (squares === 0 || Math.abs(squares - 1) < 1e-6) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let at = start; at < start + dimensions; at++) values[at] *= scale;
  }
}
