import { expect, test } from "vitest";

import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { candidatesOf, type Seen } from "#engine/training/result/candidates.ts";

import { runGraph } from "../run-graph.ts";
import { coneTable } from "../tables.ts";

function seen(dimensions: number, seed: number): Seen {
  return {
    all: coneTable(60, dimensions, seed),
    plain: coneTable(12, dimensions, seed + 1),
    viewA: coneTable(12, dimensions, seed + 2),
    viewB: coneTable(12, dimensions, seed + 3),
  };
}

const frozen = seen(10, 1);
const tuned = { last: seen(6, 11), best: seen(6, 21) };

test("what a run can end with", () => {
  const names = (candidates: ReturnType<typeof candidatesOf>): string[] => candidates.map(({ name }) => name);
  const options = { seed: 1, canJoin: true, prefersJoined: false };
  expect(names(candidatesOf(frozen, null, options))).toEqual(["frozen", "whitened"]);
  expect(names(candidatesOf(frozen, tuned, options))).toEqual(["frozen", "whitened", "last", "last-joined", "best", "best-joined"]);
  expect(names(candidatesOf(frozen, { ...tuned, best: null }, options))).toEqual(["frozen", "whitened", "last", "last-joined"]);
  // A net from nothing looks at pictures of another size.
  expect(names(candidatesOf(frozen, tuned, { seed: 1, canJoin: false, prefersJoined: false }))).toEqual([
    "frozen",
    "whitened",
    "last",
    "best",
  ]);
});

test("the head of each, behind the networks' vectors, gives the vectors that it is judged by", async () => {
  for (const candidate of candidatesOf(frozen, tuned, { seed: 1, canJoin: true, prefersJoined: false })) {
    const own = candidate.name.startsWith("best") ? tuned.best : tuned.last;
    for (const which of ["plain", "viewA", "viewB"] as const) {
      const builder = new GraphBuilder(17);
      const [one, other] = [builder.input("frozen", "float32", [12, 10]), builder.input("tuned", "float32", [12, 6])];
      const output = candidate.head(builder, one, other);
      const feeds = { frozen: frozen[which].values.map((value) => 3 * value), tuned: own[which].values.map((value) => 0.2 * value) };
      const [made] = (await runGraph(builder, [output], feeds)) as [Float32Array];
      const { values, dimensions } = candidate[which];
      expect(builder.shapeOf(output)).toEqual([12, dimensions]);
      values.forEach((value, at) => expect(Math.abs(value - (made[at] as number)), candidate.name).toBeLessThan(1e-5));
    }
    expect([candidate.usesFrozen, candidate.usesTuned]).toEqual([
      candidate.name === "frozen" || candidate.name === "whitened" || candidate.name.endsWith("joined"),
      candidate.name.startsWith("last") || candidate.name.startsWith("best"),
    ]);
  }
});
