/** @file Six pictures of the probe: how they are chosen, what is told of them, and that a run keeps them. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import { openPictureCache, writePictureCache } from "#engine/training/augment/picture-cache.ts";
import { nearestOthers } from "#engine/training/judge/nearest.ts";
import {
  chooseExamples,
  distinctRows,
  fewestForExamples,
  openExamples,
  readProbeExamples,
} from "#engine/training/trainer/probe-examples.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { planTinyRun, runTiny } from "../tiny-run.ts";

const dimensions = 8;

function tableOf(rows: readonly (readonly number[])[]): VectorTable {
  return { count: rows.length, dimensions, values: makeUnitRows(Float32Array.from(rows.flat()), dimensions) };
}

function randomTable(count: number, seed: number): VectorTable {
  const random = createRandom(seed);
  return tableOf(Array.from({ length: count }, () => Array.from({ length: dimensions }, () => random.normal())));
}

/** `each` rows around each of six axes, and behind them one that is alone. */
function clusters(each: number): VectorTable {
  const random = createRandom(3);
  const near = (axis: number): number[] =>
    Array.from({ length: dimensions }, (_, at) => (at === axis ? 1 : 0) + 0.02 * (1 + axis) * random.normal());
  return tableOf([...Array.from({ length: 6 * each }, (_, row) => near(row % 6)), Array.from({ length: dimensions }, () => -1)]);
}

const all = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

/** Slow and obvious. */
function nearestByHand({ values }: VectorTable, row: number, among: readonly number[], k: number): number[] {
  const to = (other: number): number =>
    all(dimensions).reduce((sum, index) => sum + values[row * dimensions + index] * values[other * dimensions + index], 0);
  return among
    .filter((other) => other !== row)
    .sort((one, other) => to(other) - to(one))
    .slice(0, k);
}

describe("the choice", () => {
  test("one of each of six heaps, however loose, never the one that is alone; the seed decides which", () => {
    const table = clusters(8);
    const graph = nearestOthers(table, 5);
    const choose = (seed: number): number[] => chooseExamples(table, graph, 6, createRandom(seed));
    for (let seed = 0; seed < 20; seed++) expect(new Set(choose(seed).map((row) => row % 6)).size, `seed ${seed}`).toBe(6);
    for (let seed = 0; seed < 20; seed++) expect(choose(seed), `seed ${seed}`).not.toContain(48);
    expect(choose(1)).toEqual(choose(1));
    expect(new Set(all(20).map((seed) => choose(seed).join())).size).toBeGreaterThan(1);
  });

  test("whatever the vectors: as many different rows as asked for, each the furthest from those before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 40 }), fc.integer(), (count, seed) => {
        const table = randomTable(count, seed);
        const graph = nearestOthers(table, 5);
        const chosen = chooseExamples(table, graph, 6, createRandom(seed));
        expect(new Set(chosen).size).toBe(6);
        const ordinary = all(count)
          .sort((one, other) => (graph.similarities[other * 5 + 4] ?? 0) - (graph.similarities[one * 5 + 4] ?? 0) || one - other)
          .slice(0, Math.max(6, Math.ceil(0.75 * count)));
        chosen.forEach((row, at) => {
          expect(ordinary).toContain(row);
          if (at === 0) return;
          const before = chosen.slice(0, at);
          const nearest = (other: number): number =>
            Math.max(
              ...before.map((known) => {
                const product = (index: number): number =>
                  table.values[other * dimensions + index] * table.values[known * dimensions + index];
                return all(dimensions).reduce((sum, index) => sum + product(index), 0);
              }),
            );
          const least = Math.min(...ordinary.filter((other) => !before.includes(other)).map(nearest));
          expect(nearest(row)).toBeCloseTo(least, 6);
        });
      }),
    );
  });
});

describe("what is told of them", () => {
  test("the nearest others as a slow search finds them, before and now, without copies", () => {
    const folder = temporaryFolder();
    const [before, now] = [randomTable(40, 1), randomTable(40, 2)];
    // Rows 30 to 39 are copies of earlier ones.
    const distinct = all(30);
    const look = openExamples(before, { folder, seed: 1, distinct });
    const known = readProbeExamples(folder);
    if (known === null) throw new Error("nothing was kept");
    expect(known).toMatchObject({ pictures: 30, neighbours: 5 });
    expect(known.examples).toHaveLength(6);
    const found = look(now);
    known.examples.forEach((row, example) => {
      const part = <T>(values: readonly T[] | undefined): T[] => (values ?? []).slice(example * 5, example * 5 + 5);
      expect(part(known.before.rows)).toEqual(nearestByHand(before, row, distinct, 5));
      expect(part(found?.rows)).toEqual(nearestByHand(now, row, distinct, 5));
      const falling = part(found?.similarities);
      expect(falling).toEqual([...falling].sort((one, other) => other - one));
    });
  });

  test("fewer than twelve different pictures: none, and how many there are is kept", () => {
    const folder = temporaryFolder();
    const table = randomTable(20, 1);
    const look = openExamples(table, { folder, seed: 1, distinct: all(fewestForExamples - 1) });
    expect(look(table)).toBeNull();
    expect(readProbeExamples(folder)).toMatchObject({ pictures: 11, examples: [] });
    expect(openExamples(table, { folder: temporaryFolder(), seed: 1, distinct: all(fewestForExamples) })(table)?.rows).toHaveLength(30);
  });

  test("copies are told by their pictures, wherever they stand", () => {
    const path = join(temporaryFolder(), "pictures.u8");
    const key = { fingerprint: "test", count: 5, sidePx: 2 };
    const writer = writePictureCache(path, key);
    for (const shade of [7, 8, 7, 9, 8]) writer.append(new Uint8Array(12).fill(shade));
    writer.finish();
    const cache = openPictureCache(path, key);
    expect(distinctRows(cache, [0, 1, 2, 3, 4])).toEqual([0, 1, 3]);
    // Rows are those of the probe, not places.
    expect(distinctRows(cache, [4, 2, 1, 0])).toEqual([0, 1]);
    cache.close();
  });
});

describe("kept", () => {
  test("opened again with other vectors and another seed: the same six, and what was before stays", () => {
    const folder = temporaryFolder();
    const [before, now] = [randomTable(30, 1), randomTable(30, 2)];
    const distinct = all(30);
    const first = openExamples(before, { folder, seed: 1, distinct })(now);
    const kept = readFileSync(join(folder, "examples.json"));
    expect(openExamples(now, { folder, seed: 9, distinct })(now)).toEqual(first);
    expect(readFileSync(join(folder, "examples.json"))).toEqual(kept);
  });

  test("every look of a run tells of the same six; a run that was begun before there were any takes them up when it goes on", async () => {
    const folder = planTinyRun(temporaryFolder(), { executor: "native", threads: 2, steps: 6, evaluations: 3 });
    await runTiny(folder);
    const looks = (): { step: number; examples: { rows: number[] } | null }[] =>
      readFileSync(join(folder, "evaluations.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as ReturnType<typeof looks>[number]);
    expect(looks().map(({ step, examples }) => [step, examples?.rows.length])).toEqual([0, 2, 4, 6].map((step) => [step, 30]));
    // All weights train and nothing is whitened: before the first step everything is as it was.
    const known = readProbeExamples(folder);
    expect(looks()[0]?.examples?.rows).toEqual(known?.before.rows);
    expect(looks()[3]?.examples?.rows).not.toEqual(known?.before.rows);

    const older = planTinyRun(temporaryFolder(), { executor: "native", threads: 2, steps: 6, evaluations: 3 });
    const evaluations = join(older, "evaluations.jsonl");
    const stopAfter = async (gates: number): Promise<void> => expect(runTiny(older, { atGate: gates })).rejects.toThrow(CancellationError);
    for (let gates = 12; !existsSync(evaluations) || !readFileSync(evaluations, "utf8").includes('"step":2'); gates++)
      await stopAfter(gates);
    rmSync(join(older, "examples.json"));
    writeFileSync(evaluations, readFileSync(evaluations, "utf8").replaceAll(/,"examples":\{[^}]*\}/gu, ""));
    await runTiny(older);
    expect(readProbeExamples(older)).toEqual(known);
    const last = JSON.parse(readFileSync(evaluations, "utf8").trimEnd().split("\n").at(-1) ?? "") as object;
    expect(last).toEqual(looks().at(-1));
  });
});
