/**
 * @file The map of a collection that grows: a few new pictures are placed and nothing else moves, many or a person's wish lay it out again from where it is,
 * and what is gone is gone from it.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import type { Engine } from "#engine/engine.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { placedPoints } from "#engine/stages/map-stage.ts";
import type { StoredMap } from "#engine/store/queries/graphs.ts";
import type { MapColumns } from "#protocol/map-model.ts";

import { drawCollection } from "../../fixtures/collection.ts";
import { indexNow, testEngine } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function mapOf(engine: Engine): StoredMap {
  const map = engine.requireCollection().map();
  if (!map) throw new Error("there is no map");
  return map;
}

function placesById({ contentIds, coordinates }: StoredMap): Map<number, readonly [number, number]> {
  return new Map(Array.from(contentIds, (id, row) => [id, [coordinates[2 * row] as number, coordinates[2 * row + 1] as number]]));
}

/** How far points of both maps lie apart in the mean, in widths of the first. */
function meanMove(one: StoredMap, other: StoredMap): number {
  const after = placesById(other);
  const moves: number[] = [];
  for (const [id, [x, y]] of placesById(one)) {
    const there = after.get(id);
    if (there) moves.push(Math.hypot(there[0] - x, there[1] - y));
  }
  const xs = one.coordinates.filter((_, at) => at % 2 === 0);
  return moves.reduce((sum, move) => sum + move, 0) / moves.length / (Math.max(...xs) - Math.min(...xs));
}

test("few are placed, many and a person's wish lay it out again, and the graph is true all along", { timeout: 240_000 }, async () => {
  const home = temporaryFolder("map-stage");
  const pictures = join(home, "pictures");
  mkdirSync(pictures);
  await drawCollection(pictures, { kinds: 3, perKind: 24 });
  const engine = await testEngine(join(home, "data"));
  await engine.openForFolder(pictures, null);
  await indexNow(engine, [pictures]);
  const first = mapOf(engine);
  expect(first.placed).toHaveLength(0);

  await drawCollection(join(pictures, "more"), { kinds: 1, perKind: 3, seed: 7 });
  await indexNow(engine, [pictures]);
  const second = mapOf(engine);
  const columns = (await engine.handlers["map.columns"]({}, engine.context)) as MapColumns;
  // The files that drawCollection adds beside its pictures are new pictures too.
  expect(second.placed.length).toBe(second.contentIds.length - first.contentIds.length);
  expect(second.placed.length).toBeGreaterThanOrEqual(3);
  expect(columns.placed).toBeGreaterThanOrEqual(second.placed.length);
  const places = placesById(second);
  for (const [id, place] of placesById(first)) expect(places.get(id)).toEqual(place);
  expect(columns.coordinates.every((value) => Number.isFinite(value))).toBe(true);
  expectTrueGraph(engine);

  const job = await engine.jobs?.finished(engine.redoMap());
  expect(job).toMatchObject({ state: "done", kind: "map" });
  const third = mapOf(engine);
  expect(third.placed).toHaveLength(0);
  expect(third.contentIds).toEqual(second.contentIds);
  expect(third.coordinates).not.toEqual(second.coordinates);
  expect(meanMove(second, third)).toBeLessThan(0.2);

  rmSync(join(pictures, "more"), { recursive: true });
  await indexNow(engine, [pictures]);
  const fourth = mapOf(engine);
  expect([...fourth.contentIds]).toEqual([...first.contentIds]);
  expectTrueGraph(engine);

  await drawCollection(join(pictures, "many"), { kinds: 2, perKind: 8, seed: 8 });
  await indexNow(engine, [pictures]);
  expect(mapOf(engine).placed).toHaveLength(0);
  expect(mapOf(engine).contentIds.length).toBeGreaterThan(first.contentIds.length + 16);
  expect(meanMove(fourth, mapOf(engine))).toBeLessThan(0.4);
  expectTrueGraph(engine);
});

function expectTrueGraph(engine: Engine): void {
  const collection = engine.requireCollection();
  const { table, contentIds } = collection.vectors() ?? { table: null, contentIds: null };
  const graph = collection.graph();
  if (!graph || !table) throw new Error("there is no graph");
  expect([...graph.contentIds]).toEqual([...contentIds]);
  expect({ indices: graph.indices, similarities: graph.similarities }).toEqual(pick(exactNeighbours(table, graph.k)));
}

function pick({ indices, similarities }: { indices: Int32Array; similarities: Float32Array }): object {
  return { indices, similarities };
}

test("what was placed stays counted until the map is laid out; a tenth is the most", () => {
  const ids = Int32Array.from({ length: 20 }, (_, at) => at + 1);
  const old = (count: number, ...placed: number[]): Pick<StoredMap, "contentIds" | "placed"> => ({
    contentIds: ids.subarray(0, count),
    placed: Int32Array.from(placed),
  });
  expect(placedPoints(ids, old(20))).toEqual(new Int32Array(0));
  expect(placedPoints(ids, old(19))).toEqual(Int32Array.from([20]));
  expect(placedPoints(ids, old(19, 3))).toEqual(Int32Array.from([3, 20]));
  expect(placedPoints(ids, old(18, 3))).toBeNull();
  // One that was placed and is gone counts no more.
  expect(placedPoints(ids, { contentIds: Int32Array.from([...ids.subarray(0, 18), 99]), placed: Int32Array.from([99]) })).toEqual(
    Int32Array.from([19, 20]),
  );
});
