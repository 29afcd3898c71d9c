/**
 * @file The plain reference of covering: covers the edges of a graph by cliques, greedily (in the spirit of Kellerman 1973): take an edge that no clique has yet, grow it
 * by the common neighbour that brings the most uncovered edges, until no common neighbour is left. Every edge ends up in a clique and
 * every clique holds edges only. The order of edges and ids decides ties, so the same pairs give the same cover.
 */

export interface Edge {
  readonly a: number;
  readonly b: number;
}

/** Cliques of at least two nodes, each in ascending order. */
export function coverByCliques(edges: readonly Edge[]): number[][] {
  const neighbours = new Map<number, Set<number>>();
  for (const { a, b } of edges) {
    if (a === b) continue;
    link(neighbours, a, b);
    link(neighbours, b, a);
  }
  const uncovered = new Map([...neighbours].map(([node, others]) => [node, new Set(others)]));
  const cliques: number[][] = [];
  const ordered = edges
    .map(({ a, b }) => (a < b ? { a, b } : { a: b, b: a }))
    .sort((first, second) => first.a - second.a || first.b - second.b);
  for (const { a, b } of ordered) {
    if (a === b || !uncovered.get(a)?.has(b)) continue;
    const clique = grow(a, b, neighbours, uncovered);
    for (const node of clique) for (const other of clique) uncovered.get(node)?.delete(other);
    cliques.push(clique.sort((first, second) => first - second));
  }
  return cliques;
}

type Adjacency = ReadonlyMap<number, ReadonlySet<number>>;

function grow(a: number, b: number, neighbours: Adjacency, uncovered: Adjacency): number[] {
  const clique = [a, b];
  // Common neighbours of the clique so far, with how many uncovered edges each would add.
  let common = new Map<number, number>();
  for (const node of neighbours.get(a) ?? []) {
    if (node !== b && neighbours.get(b)?.has(node)) common.set(node, gain(node, a, uncovered) + gain(node, b, uncovered));
  }
  while (common.size > 0) {
    let best = -1;
    let most = -1;
    for (const [node, gained] of common) {
      if (gained > most || (gained === most && node < best)) {
        best = node;
        most = gained;
      }
    }
    clique.push(best);
    const reach = neighbours.get(best);
    const next = new Map<number, number>();
    for (const [node, gained] of common) {
      if (node !== best && reach?.has(node)) next.set(node, gained + gain(node, best, uncovered));
    }
    common = next;
  }
  return clique;
}

function gain(node: number, other: number, uncovered: Adjacency): number {
  return uncovered.get(node)?.has(other) ? 1 : 0;
}

function link(neighbours: Map<number, Set<number>>, from: number, to: number): void {
  const known = neighbours.get(from);
  if (known) known.add(to);
  else neighbours.set(from, new Set([to]));
}
