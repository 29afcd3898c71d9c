/**
 * @file What a person can look at after a run: of each picture of the probe the nearest others, as the frozen, the whitened and the run's own encoder see
 * them. Written once by the run, since the vectors are gone afterwards.
 */
import { join } from "node:path";

import type { VectorTable } from "../../base/neighbour-graph.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { nearestOthers, type NearestOptions } from "../judge/nearest.ts";

export interface ProbeNeighbours {
  readonly count: number;
  readonly k: number;
  /** Rows of the probe, [count, k] each, nearest first. */
  readonly frozen: Int32Array;
  readonly whitened: Int32Array;
  readonly after: Int32Array;
}

const name = "neighbours.i32";
const shown = 8;
const parts = ["frozen", "whitened", "after"] as const;

/** @param folder of the run  @param tables plain pictures of the probe, unit length */
export function writeProbeNeighbours(
  folder: string,
  tables: Readonly<Record<(typeof parts)[number], VectorTable>>,
  options: NearestOptions,
): void {
  const graphs = parts.map((part) => nearestOthers(tables[part], shown, options));
  const { count, k } = graphs[0] ?? { count: 0, k: 0 };
  const numbers = new Int32Array(2 + parts.length * count * k);
  numbers.set([count, k]);
  graphs.forEach(({ indices }, part) => numbers.set(indices, 2 + part * count * k));
  writeWhole(join(folder, name), new Uint8Array(numbers.buffer));
}

/** Null where the run wrote none, or another form of it. */
export function readProbeNeighbours(folder: string): ProbeNeighbours | null {
  const bytes = readIfThere(join(folder, name));
  if (bytes === null) return null;
  const numbers = new Int32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));
  const [count = 0, k = 0] = numbers;
  if (numbers.length !== 2 + parts.length * count * k) return null;
  const part = (at: number): Int32Array => numbers.slice(2 + at * count * k, 2 + (at + 1) * count * k);
  return { count, k, frozen: part(0), whitened: part(1), after: part(2) };
}
