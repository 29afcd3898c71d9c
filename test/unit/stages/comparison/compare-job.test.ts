import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ComparisonState } from "#protocol/comparison.ts";
import type { CompareReport } from "#protocol/model.ts";
import { plainRequest } from "#protocol/training.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import { describeComparison } from "#engine/views/comparison.ts";
import { runNeighbours } from "#engine/views/runs.ts";

import { indexNow, whenJob } from "../../../helpers/in-process.ts";
import { temporaryFolderFor } from "../../../helpers/temporary-folder.ts";
import { drawTrainingFolder } from "../../../helpers/training-runs.ts";

const kinds = 4;
const perKind = 10;
const count = kinds * perKind;

describe("a run's encoders compared", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "pictures");
  let engine: Engine;
  let run: string;

  beforeAll(async () => {
    await drawTrainingFolder(pictures(), { kinds, perKind });
    engine = await createEngine({ dataFolder: data(), cores: 2 });
    await engine.openForFolder(pictures(), null);
    await indexNow(engine, [pictures()]);
    const started = engine.training.start({
      ...plainRequest,
      method: "simclr",
      from: "scratch:resnet-small",
      steps: 4,
      batch: 16,
      size: 16,
      device: "cpu",
    });
    run = started.run;
    expect((await engine.jobs?.finished(started.job))?.state).toBe("done");
  }, 120_000);
  afterAll(() => engine.close());

  const folder = (): string => join(engine.requireCollection().workspace, "runs", run);
  const state = (): ComparisonState => describeComparison(engine, run);
  /** What of the collection a comparison must leave alone. */
  const stored = (): unknown[] =>
    ["embeddings", "encoders", "pairs", "graphs", "maps", "outliers", "properties"].map((table) =>
      engine.requireCollection().store.sqlite.prepare(`SELECT COUNT(*) AS count, '${table}' AS "table" FROM ${table}`).get(),
    );

  test("before: nothing is there and nothing stands in the way", () => {
    expect(state()).toEqual({ comparison: null, isCurrent: false, job: null, obstacle: null });
    expect(() => describeComparison(engine, "run-9")).toThrow(/no run "run-9"/);
  });

  test("stopped while pictures are read, then gone on with: what was read is not read again", async () => {
    const job = engine.training.compare(run);
    expect(engine.training.compare(run)).toBe(job);
    expect(() => engine.training.remove(run)).toThrow(/being compared; cancel that before it is deleted/);
    await whenJob(engine, job, ({ stage, done }) => stage === "embed" && done >= 16);
    engine.jobs?.cancel(job);
    expect((await engine.jobs?.finished(job))?.state).toBe("cancelled");
    expect(state().comparison).toBeNull();
    const kept = readdirSync(folder()).filter((name) => name.startsWith("compared-"));
    expect(kept).toHaveLength(1);
    const path = join(folder(), kept[0]);
    const bytes = statSync(path).size;
    expect(bytes).toBeGreaterThan(0);
    // As a process leaves it that dies while it writes.
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([1, 2, 3])]));
    const totals = new Set<number>();
    const stop = engine.subscribe((name, value) => {
      if (name === "job" && "stage" in value && value.stage === "embed" && value.total > 0) totals.add(value.total);
    });
    const again = engine.training.compare(run);
    const ended = await engine.jobs?.finished(again);
    stop();
    expect([ended?.state, ended?.error]).toEqual(["done", null]);
    const recordBytes = statSync(path).size / count;
    expect(Number.isInteger(recordBytes)).toBe(true);
    expect([...totals].every((total) => total === count - bytes / recordBytes)).toBe(true);
    expect(ended?.report as CompareReport).toEqual({ compared: run, pictures: count });
    expect(ended?.summary).toMatch(/^Compared 40 pictures before and after the training: /);
  });

  test("what it tells: every picture in both maps, neighbours as the run itself judged them", async () => {
    const before = stored();
    const { comparison, isCurrent, obstacle } = state();
    expect([isCurrent, obstacle]).toEqual([true, null]);
    if (comparison === null) throw new Error("no comparison");
    expect([comparison.count, comparison.total, comparison.after]).toEqual([count, count, run]);
    const { columns } = engine.requireCollection().catalogue();
    expect([...comparison.ids].sort((a, b) => a - b)).toEqual([...columns.ids].sort((a, b) => a - b));
    for (const map of [comparison.maps.before, comparison.maps.after]) {
      expect(map.places).toHaveLength(2 * count);
      expect(map.places.every(Number.isFinite)).toBe(true);
      expect(map.clusters).toHaveLength(count);
      expect(map.trustworthiness).toBeGreaterThan(0.5);
    }
    // The encoder of before is the collection's: its map is the one a person knows.
    const known = engine.requireCollection().map();
    const positionOf = new Map(Array.from(known?.contentIds ?? [], (id, row) => [id, row]));
    const catalogue = engine.requireCollection().catalogue();
    comparison.ids.forEach((id, row) => {
      const place = positionOf.get(catalogue.contentIds[catalogue.positions.get(id) as number]) as number;
      expect(comparison.maps.before.places[2 * row]).toBe(known?.coordinates[2 * place]);
    });
    // Of few pictures all judge, so both have the same vectors, and the nearest is the same: read once by the trainer, once here.
    const judged = runNeighbours(engine.requireCollection(), run);
    if (judged === null) throw new Error("no neighbours");
    const { most, shown, nearestBefore, nearestAfter } = comparison.moves;
    const rowIn = new Map(Array.from(judged.ids, (id, row) => [id, row]));
    let same = 0;
    most.forEach((row, at) => {
      const place = rowIn.get(comparison.ids[row]) as number;
      for (const [told, truth] of [
        [nearestBefore, judged.frozen],
        [nearestAfter, judged.after],
      ] as const)
        if (comparison.ids[told[at * shown]] === judged.ids[truth[place * judged.k]]) same++;
    });
    expect(same).toBeGreaterThanOrEqual(1.5 * most.length);
    expect(stored()).toEqual(before);
    expect(engine.requireCollection().encoder().card.id).not.toBe(run);
  });

  test("asked for again it is there at once, the same file; a new picture makes it old, and it is made anew", async () => {
    const file = join(folder(), "comparison.v8");
    const { mtimeMs } = statSync(file);
    expect((await engine.jobs?.finished(engine.training.compare(run)))?.state).toBe("done");
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
    const bytes = readFileSync(join(pictures(), "kind-0/0.png"));
    writeFileSync(join(pictures(), "new.png"), Buffer.concat([bytes, Buffer.from([0])]));
    copyFileSync(join(pictures(), "kind-1/1.png"), join(pictures(), "copy.png"));
    await indexNow(engine, [pictures()]);
    expect(state().isCurrent).toBe(false);
    expect(state().comparison?.count).toBe(count);
    const ended = await engine.jobs?.finished(engine.training.compare(run));
    expect(ended?.report as CompareReport).toEqual({ compared: run, pictures: count + 1 });
    expect(state().isCurrent).toBe(true);
  });

  test("a broken file is as none; dropped encoders leave what was told, and nothing new can be made", async () => {
    const file = join(folder(), "comparison.v8");
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 100));
    expect(state()).toMatchObject({ comparison: null, isCurrent: false, obstacle: null });
    writeFileSync(file, whole);
    engine.training.decide(run, "dropped");
    expect(state().obstacle).toBe(`The encoder ${run} was removed.`);
    expect(state().comparison?.count).toBe(count + 1);
    expect(() => engine.training.compare(run)).toThrow(/cannot be compared\. The encoder .* was removed/);
    engine.training.remove(run);
    expect(() => state()).toThrow(/no run/);
  });
});
