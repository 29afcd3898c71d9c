/**
 * @file The fuzzy graph of UMAP and the quality of a map, slowly and plainly: whole matrices, whole sorted orders, the formulae as they are
 * printed (McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426, algorithms 2 and 3; Venna and Kaski, 2001).
 */
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";

/** [n][n]: membership of each pair. `neighbours` counts the item itself. */
export function slowFuzzyGraph(graph: NeighbourGraph, neighbours: number): number[][] {
  const { count } = graph;
  const k = Math.min(neighbours - 1, graph.k);
  const distances = Array.from({ length: count }, (_, row) =>
    Array.from({ length: k }, (__, rank) => Math.max(0, 1 - graph.similarities[row * graph.k + rank])),
  );
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / (values.length + 1);
  const overall = distances.reduce((sum, row) => sum + mean(row), 0) / count;
  const directed = distances.map((row, item) => {
    const nearest = row.find((distance) => distance > 0) ?? 0;
    const total = (bandwidth: number): number =>
      row.reduce((sum, distance) => sum + Math.exp(-Math.max(0, distance - nearest) / bandwidth), 0);
    // The total grows with the bandwidth: bisect between the ends of its range.
    let [low, high] = [1e-12, 1e6];
    for (let iteration = 0; iteration < 300; iteration++) {
      const middle = Math.sqrt(low * high);
      if (total(middle) > Math.log2(k + 1)) high = middle;
      else low = middle;
    }
    const bandwidth = Math.max(low, 1e-3 * (nearest > 0 ? mean(row) : overall));
    const line = new Array<number>(count).fill(0);
    row.forEach((distance, rank) => (line[graph.indices[item * graph.k + rank]] = Math.exp(-Math.max(0, distance - nearest) / bandwidth)));
    return line;
  });
  return directed.map((line, row) => line.map((p, column) => p + directed[column][row] - p * directed[column][row]));
}

/** Trustworthiness and recall over all rows. */
export function slowQuality(table: VectorTable, coordinates: Float32Array, k: number): { trustworthiness: number; recall: number } {
  const { count, dimensions, values } = table;
  let steps = 0;
  let kept = 0;
  for (let row = 0; row < count; row++) {
    const others = Array.from({ length: count }, (_, item) => item).filter((item) => item !== row);
    const similarity = (item: number): number => {
      let sum = 0;
      for (let at = 0; at < dimensions; at++) sum += values[row * dimensions + at] * values[item * dimensions + at];
      return sum;
    };
    const distance = (item: number): number =>
      Math.hypot(coordinates[2 * item] - coordinates[2 * row], coordinates[2 * item + 1] - coordinates[2 * row + 1]);
    const byTruth = others.toSorted((one, two) => similarity(two) - similarity(one));
    const byMap = others.toSorted((one, two) => distance(one) - distance(two));
    for (const item of byMap.slice(0, k)) {
      const rank = byTruth.indexOf(item) + 1;
      if (rank > k) steps += rank - k;
      else kept++;
    }
  }
  return { trustworthiness: 1 - (2 * steps) / (count * k * (2 * count - 3 * k - 1)), recall: kept / (count * k) };
}
