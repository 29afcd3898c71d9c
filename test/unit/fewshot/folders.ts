/**
 * @file Made-up vectors with known classes.
 */
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, shuffle } from "#engine/base/random.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import type { Clicks } from "#engine/fewshot/clicks.ts";
import { featureSpace, type FeatureSpace } from "#engine/fewshot/feature-space.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";

export interface Folder {
  readonly table: VectorTable;
  /** [n] true classes. */
  readonly labels: Int32Array;
  readonly classCount: number;
}

/** Each class a cloud around its own direction; `spread` 0.3 is easy, 1.5 is hard. */
export function clouds({ count = 120, dimensions = 12, classCount = 4, spread = 0.5, seed = 1 } = {}): Folder {
  const random = createRandom(seed);
  const centres = makeUnitRows(
    Float32Array.from({ length: classCount * dimensions }, () => random.normal()),
    dimensions,
  );
  const labels = Int32Array.from({ length: count }, (_, row) => row % classCount);
  const scale = spread / Math.sqrt(dimensions);
  const values = Float32Array.from({ length: count * dimensions }, (_, at) => {
    const label = labels[Math.floor(at / dimensions)];
    return centres[label * dimensions + (at % dimensions)] + scale * random.normal();
  });
  return { table: { count, dimensions, values: makeUnitRows(values, dimensions) }, labels, classCount };
}

export function spaceOf({ table }: Folder, name = "frozen"): FeatureSpace {
  return featureSpace(name, table, exactNeighbours(table, Math.min(16, table.count - 1)));
}

/** So many clicks of each class, drawn. */
export function drawClicks({ labels, classCount }: Folder, each: number, seed: number): Clicks {
  const counts = new Int32Array(classCount);
  const rows = shuffle([...labels.keys()], createRandom(seed)).filter((row) => counts[labels[row]]++ < each);
  return { rows: Int32Array.from(rows), labels: Int32Array.from(rows, (row) => labels[row]), classCount };
}

/** Share of rows that are told right, those of the clicks left out. */
export function shareRight({ labels }: Folder, clicks: Clicks, tell: (row: number) => number): number {
  const clicked = new Set(clicks.rows);
  const others = [...labels.keys()].filter((row) => !clicked.has(row));
  return others.filter((row) => tell(row) === labels[row]).length / others.length;
}
