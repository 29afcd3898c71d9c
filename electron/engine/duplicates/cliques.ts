/**
 * @file Covers the edges of a graph by cliques, greedily (in the spirit of Kellerman 1973): take an edge that no clique has yet, grow it
 * by the common neighbour that brings the most uncovered edges, until no common neighbour is left. Every edge ends up in a clique and
 * every clique holds edges only. Edges are taken in order and ties go to the lower node, so the same pairs give the same cover.
 */

/** Edges by their ends, a < b, in ascending order of (a, b), each once. */
export interface EdgeColumns {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

export interface CliqueCover {
  /** [cliques + 1] where each begins in `nodes`. */
  readonly offsets: Int32Array;
  /** Ascending within a clique. */
  readonly nodes: Int32Array;
  /** Of a clique of two its edge, else -1. */
  readonly edges: Int32Array;
}

/** Cliques of at least two nodes. */
export function coverByCliques(edges: EdgeColumns, nodeCount: number): CliqueCover {
  const graph = adjacency(edges, nodeCount);
  const offsets = [0];
  const nodes: number[] = [];
  const only: number[] = [];
  const scratch: Scratch = { common: new Int32Array(16), gained: new Int32Array(16) };
  for (let edge = 0; edge < edges.a.length; edge++) {
    if (graph.covered[edge] === 1) continue;
    const clique = grow(edge, edges, graph, scratch);
    if (clique.length === 2) graph.covered[edge] = 1;
    else {
      clique.sort((first, second) => first - second);
      for (let first = 0; first < clique.length; first++)
        for (let second = first + 1; second < clique.length; second++) graph.covered[edgeOf(graph, clique[first], clique[second])] = 1;
    }
    for (const node of clique) nodes.push(node);
    offsets.push(nodes.length);
    only.push(clique.length === 2 ? edge : -1);
  }
  return { offsets: Int32Array.from(offsets), nodes: Int32Array.from(nodes), edges: Int32Array.from(only) };
}

interface Graph {
  /** [nodes + 1] where the neighbours of each begin. */
  readonly starts: Int32Array;
  /** Ascending for each node. */
  readonly neighbours: Int32Array;
  /** The edge to that neighbour. */
  readonly edges: Int32Array;
  readonly covered: Uint8Array;
}

/** Nodes that may join, and the uncovered edges that each would bring. */
interface Scratch {
  common: Int32Array;
  gained: Int32Array;
}

/** Because edges come in order of (a, b), each list is filled in ascending order: first its smaller neighbours, then its larger ones. */
function adjacency({ a, b }: EdgeColumns, nodeCount: number): Graph {
  const starts = new Int32Array(nodeCount + 1);
  for (let edge = 0; edge < a.length; edge++) {
    starts[a[edge] + 1]++;
    starts[b[edge] + 1]++;
  }
  for (let node = 0; node < nodeCount; node++) starts[node + 1] += starts[node];
  const filled = starts.slice(0, nodeCount);
  const neighbours = new Int32Array(2 * a.length);
  const edges = new Int32Array(2 * a.length);
  for (const [from, to] of [
    [b, a],
    [a, b],
  ] as const)
    for (let edge = 0; edge < a.length; edge++) {
      const at = filled[from[edge]]++;
      neighbours[at] = to[edge];
      edges[at] = edge;
    }
  return { starts, neighbours, edges, covered: new Uint8Array(a.length) };
}

function grow(edge: number, { a, b }: EdgeColumns, graph: Graph, scratch: Scratch): number[] {
  const clique = [a[edge], b[edge]];
  let count = meet(graph, clique[0], clique[1], scratch);
  while (count > 0) {
    const { common, gained } = scratch;
    let best = 0;
    for (let index = 1; index < count; index++) if (gained[index] > gained[best]) best = index;
    const joining = common[best];
    clique.push(joining);
    count = narrow(graph, joining, count, scratch);
  }
  return clique;
}

/** Common neighbours of two nodes, ascending, into the scratch. @returns how many */
function meet({ starts, neighbours, edges, covered }: Graph, one: number, other: number, scratch: Scratch): number {
  let first = starts[one];
  let second = starts[other];
  const most = Math.min(starts[one + 1] - first, starts[other + 1] - second);
  if (scratch.common.length < most) {
    scratch.common = new Int32Array(2 * most);
    scratch.gained = new Int32Array(2 * most);
  }
  let count = 0;
  while (first < starts[one + 1] && second < starts[other + 1]) {
    const difference = neighbours[first] - neighbours[second];
    if (difference === 0) {
      scratch.common[count] = neighbours[first];
      scratch.gained[count++] = 2 - covered[edges[first]] - covered[edges[second]];
    }
    if (difference <= 0) first++;
    if (difference >= 0) second++;
  }
  return count;
}

/** Keeps of the common neighbours those of the node that joins. @returns how many */
function narrow({ starts, neighbours, edges, covered }: Graph, joining: number, count: number, { common, gained }: Scratch): number {
  let kept = 0;
  let at = starts[joining];
  for (let index = 0; index < count && at < starts[joining + 1];) {
    const difference = neighbours[at] - common[index];
    if (difference === 0) {
      common[kept] = common[index];
      gained[kept++] = gained[index] + 1 - covered[edges[at]];
    }
    if (difference <= 0) at++;
    if (difference >= 0) index++;
  }
  return kept;
}

function edgeOf({ starts, neighbours, edges }: Graph, a: number, b: number): number {
  let low = starts[a];
  let high = starts[a + 1] - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (neighbours[middle] < b) low = middle + 1;
    else high = middle;
  }
  return edges[low];
}
