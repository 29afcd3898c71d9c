import { describe, expect, test } from "vitest";

import { createPropagation, defaultFlow } from "#engine/fewshot/propagation.ts";
import { similarityGraph, usedNeighbours } from "#engine/fewshot/similarity-graph.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { propagationShares, withoutClick } from "../../reference/fewshot.ts";
import { clouds, drawClicks } from "./folders.ts";

const folder = clouds({ spread: 1.2 });
const neighbours = exactNeighbours(folder.table, 16);
const graph = similarityGraph(neighbours);
const how = { used: usedNeighbours, flow: defaultFlow };

test("the graph is even: as much from one to the other as back, no row's weights without end", () => {
  const weightOf = (row: number, other: number): number => {
    for (let at = graph.starts[row]; at < graph.starts[row + 1]; at++) if (graph.columns[at] === other) return graph.weights[at];
    return 0;
  };
  let edges = 0;
  for (let row = 0; row < graph.count; row++) {
    const its = graph.columns.subarray(graph.starts[row], graph.starts[row + 1]);
    expect(new Set(its).size).toBe(its.length);
    for (const other of its) expect(weightOf(other, row)).toBe(weightOf(row, other));
    edges += its.length;
  }
  // Each has at least its own ten.
  expect(edges).toBeGreaterThanOrEqual(graph.count * usedNeighbours);
});

describe.each([1, 2, 6])("%i clicks a class", (each) => {
  const clicks = drawClicks(folder, each, 3);
  const one = new Float64Array(4);

  test("the shares are those of the whole system", () => {
    const propagation = createPropagation({ graph, clicks, classLimit: 7 });
    const expected = propagationShares(neighbours, clicks, how);
    for (let row = 0; row < folder.table.count; row++) {
      propagation.score(row, 4, one);
      one.forEach((share, label) => expect(Math.abs(share - expected[row * 4 + label])).toBeLessThan(2e-3));
    }
  });

  test("left out is as if it had never been there", () => {
    const propagation = createPropagation({ graph, clicks, classLimit: 7 });
    clicks.rows.forEach((row, at) => {
      propagation.scoreLeftOut(row, clicks.labels[at], 4, one);
      const expected = propagationShares(neighbours, withoutClick(clicks, at), how);
      one.forEach((share, label) => expect(Math.abs(share - expected[row * 4 + label])).toBeLessThan(2e-3));
      const anew = createPropagation({ graph, clicks: withoutClick(clicks, at), classLimit: 7 });
      const other = new Float64Array(4);
      anew.score(row, 4, other);
      one.forEach((share, label) => expect(Math.abs(share - other[label])).toBeLessThan(1e-4));
    });
  });

  test("what is forgotten leaves nothing", () => {
    const propagation = createPropagation({ graph, clicks, classLimit: 7 });
    const row = folder.labels.findIndex((_, each) => !clicks.rows.includes(each));
    propagation.learn(row, 2);
    propagation.forget(row, 2);
    const anew = createPropagation({ graph, clicks, classLimit: 7 });
    const other = new Float64Array(4);
    for (const each of folder.labels.keys()) {
      propagation.score(each, 4, one);
      anew.score(each, 4, other);
      one.forEach((share, label) => expect(share).toBeCloseTo(other[label], 3));
    }
  });
});
