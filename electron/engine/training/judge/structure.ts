/**
 * @file Three properties of a neighbour graph that tell a better embedding from a worse one without labels (how well: verdict.ts). Mutual: do neighbours choose each
 * other? Orphans: is anybody chosen by none (hubness; Radovanovic et al., 2010, JMLR 11)? Witnessed: does another look at the pictures, which
 * did not take part in the training, name the same neighbours?
 */
import { BugError } from "../../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { applyWhitening, fitWhitening } from "../whiten/whitening.ts";

/** Share of links to the `k` nearest that are answered by a link back. */
export function mutualShare(graph: NeighbourGraph, k = 10): number {
  const width = Math.min(k, graph.k);
  if (width === 0) return 1;
  const links = linksOf(graph, width);
  let answered = 0;
  links.forEach((others, row) => others.forEach((other) => (answered += links[other].has(row) ? 1 : 0)));
  return answered / (graph.count * width);
}

/** Share of pictures that are among the `k` nearest of none. */
export function orphanShare(graph: NeighbourGraph, k = 10): number {
  const chosen = new Set(linksOf(graph, Math.min(k, graph.k)).flatMap((others) => [...others]));
  return graph.count === 0 ? 0 : 1 - chosen.size / graph.count;
}

/**
 * What the witness looks at: the second half of the frozen vector, half-whitened. For the bundled encoder this is its last block by itself, which agrees with hidden classes better than the
 * earlier two; of an imported one it is any half. Where that half says nothing of a picture (all 0), the whole vector has to do.
 */
export function witnessTable(frozen: VectorTable, options: StageOptions & { readonly seed: number }): VectorTable {
  const { count, dimensions, values } = frozen;
  if (dimensions < 2) throw new BugError(`vectors of ${dimensions} number have no second half`);
  const first = Math.floor(dimensions / 2);
  const width = dimensions - first;
  const half = new Float32Array(count * width);
  for (let row = 0; row < count; row++) half.set(values.subarray(row * dimensions + first, (row + 1) * dimensions), row * width);
  const isMute = Array.from({ length: count }, (_, row) => row).some((row) =>
    half.subarray(row * width, (row + 1) * width).every((value) => value === 0),
  );
  const table = isMute ? frozen : { count, dimensions: width, values: half };
  return applyWhitening(table, fitWhitening(table, options), options);
}

function linksOf(graph: NeighbourGraph, width: number): Set<number>[] {
  return Array.from({ length: graph.count }, (_, row) => new Set(graph.indices.subarray(row * graph.k, row * graph.k + width)));
}
