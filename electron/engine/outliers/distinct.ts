/**
 * @file Duplicates count as one. Two copies of an odd picture are each other's near neighbour and would hide each other (METHODS 4.3), so scores are
 * computed on one representative per group, and the other members share them.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";

export type FindNeighbours = (table: VectorTable, k: number) => NeighbourGraph;

export interface Distinct {
  /** Number of distinct pictures. */
  readonly count: number;
  /** [count] row of each one's representative: the group's first member. */
  readonly rows: Int32Array;
  /** [all rows] which distinct picture the row is. */
  readonly of: Int32Array;
}

/** @param groups group number of each row, or -1 for a row without copies. Numbers need not be consecutive. */
export function findDistinct(groups: Int32Array): Distinct {
  const of = new Int32Array(groups.length);
  const rows: number[] = [];
  const seen = new Map<number, number>();
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row];
    const known = group < 0 ? undefined : seen.get(group);
    if (known !== undefined) {
      of[row] = known;
      continue;
    }
    of[row] = rows.length;
    if (group >= 0) seen.set(group, rows.length);
    rows.push(row);
  }
  return { count: rows.length, rows: Int32Array.from(rows), of };
}

/** The representatives' vectors. Shares memory with `table` where every picture is distinct. */
export function distinctTable(table: VectorTable, distinct: Distinct): VectorTable {
  if (distinct.count === table.count) return table;
  const { dimensions } = table;
  const values = new Float32Array(distinct.count * dimensions);
  distinct.rows.forEach((row, index) => values.set(table.values.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions));
  return { count: distinct.count, dimensions, values };
}

export interface DistinctGraphInput {
  readonly graph: NeighbourGraph;
  readonly distinct: Distinct;
  readonly table: VectorTable;
  /** Neighbours wanted, and the fewest that will do. */
  readonly k: number;
  readonly least: number;
  readonly neighbours: FindNeighbours;
}

/**
 * The neighbour graph among distinct pictures: `graph` with the copies struck out of each row. All rows are cut to the shortest one; where that
 * leaves fewer than `least` (a large group fills the rows of everything near it), neighbours are searched afresh.
 */
export function distinctGraph({ graph, distinct, table, k, least, neighbours }: DistinctGraphInput): NeighbourGraph {
  const wanted = Math.min(k, distinct.count - 1);
  if (distinct.count === graph.count && graph.k >= wanted) return graph;
  const kept = strikeOutCopies(graph, distinct);
  if (kept.k >= Math.min(least, wanted)) return kept;
  return neighbours(table, wanted);
}

function strikeOutCopies(graph: NeighbourGraph, distinct: Distinct): NeighbourGraph {
  const { count, rows, of } = distinct;
  const indices = new Int32Array(count * graph.k);
  const similarities = new Float32Array(count * graph.k);
  /** Which row last listed a distinct picture. */
  const listedBy = new Int32Array(count).fill(-1);
  let shortest = graph.k;
  for (let index = 0; index < count; index++) {
    listedBy[index] = index;
    let length = 0;
    for (let from = rows[index] * graph.k; from < (rows[index] + 1) * graph.k; from++) {
      const other = of[graph.indices[from]];
      if (listedBy[other] === index) continue;
      listedBy[other] = index;
      indices[index * graph.k + length] = other;
      similarities[index * graph.k + length] = graph.similarities[from];
      length++;
    }
    shortest = Math.min(shortest, length);
  }
  return {
    count,
    k: shortest,
    indices: narrow(indices, count, graph.k, shortest),
    similarities: narrow(similarities, count, graph.k, shortest),
  };
}

/** The first `to` columns of [count, from], in place. */
function narrow<T extends Int32Array | Float32Array>(values: T, count: number, from: number, to: number): T {
  for (let row = 0; row < count; row++) values.copyWithin(row * to, row * from, row * from + to);
  return values.subarray(0, count * to) as T;
}
