import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";

import { workersGone } from "#engine/base/live-workers.ts";
import { createRandom } from "#engine/base/random.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import type { IndexReport, JobId } from "#protocol/model.ts";
import { indexStages, isFinished, type JobSnapshot } from "#protocol/progress.ts";
import { drawCollection } from "../../fixtures/collection.ts";
import { testEngine, whenJob } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function begin(): Promise<{ home: string; pictures: string; engine: Engine }> {
  const home = temporaryFolder("job");
  const pictures = join(home, "pictures");
  mkdirSync(pictures);
  await drawCollection(pictures, { kinds: 2, perKind: 8 });
  const engine = await testEngine(join(home, "data"));
  await engine.open(join(home, "workspace"), "write");
  return { home, pictures, engine };
}

function recordOf(engine: Engine): JobSnapshot[] {
  const seen: JobSnapshot[] = [];
  engine.subscribe((name, value) => {
    if (name === "job") seen.push(value as JobSnapshot);
  });
  return seen;
}

function expectLaws(seen: readonly JobSnapshot[]): void {
  for (let index = 1; index < seen.length; index++) {
    const [before, after] = [seen[index - 1] as JobSnapshot, seen[index] as JobSnapshot];
    if (after.id !== before.id || after.state === "queued" || before.state === "queued") continue;
    expect(after.stageIndex).toBeGreaterThanOrEqual(before.stageIndex);
    if (after.stage !== before.stage) continue;
    expect(after.done).toBeGreaterThanOrEqual(before.done);
    if (before.total > 0) expect(after.total).toBe(before.total);
  }
  const last = seen.at(-1) as JobSnapshot;
  expect(isFinished(last.state)).toBe(true);
}

const finished = (engine: Engine, id: JobId): Promise<JobSnapshot> => engine.jobs?.finished(id) ?? Promise.reject(new Error("closed"));

describe("the index job", { timeout: 120_000 }, () => {
  test("paused and resumed in every stage, its progress keeps the laws and ends in done", async () => {
    const { pictures, engine } = await begin();
    const seen = recordOf(engine);
    const id = engine.index([pictures], undefined, "cpu");
    for (const stage of indexStages) {
      await whenJob(engine, id, (job) => job.stage === stage && job.state === "running");
      engine.jobs?.pause(id);
      expect(engine.jobs?.snapshot(id)).toMatchObject({ state: "paused", rate: 0, secondsLeft: null });
      await new Promise((resolve) => setTimeout(resolve, 20));
      engine.jobs?.resume(id);
    }
    expect(await finished(engine, id)).toMatchObject({ state: "done", stage: "outliers", error: null });
    expect([...new Set(seen.map((job) => job.stage))]).toEqual([...indexStages]);
    expectLaws(seen);
  });

  test("cancelled in every stage in turn and resumed, it ends with the report of one that ran through", async () => {
    const { pictures, engine } = await begin();
    const seen = recordOf(engine);
    const id = engine.index([pictures], undefined, "cpu");
    for (const stage of indexStages) {
      await whenJob(engine, id, (job) => job.stage === stage && job.state === "running");
      engine.jobs?.cancel(id);
      expect((await finished(engine, id)).state).toBe("cancelled");
      engine.jobs?.resume(id);
    }
    const end = await finished(engine, id);
    expect(end).toMatchObject({ state: "done", error: null });
    expect((end.report as IndexReport).files).toEqual({
      seen: 22,
      added: 20,
      unchanged: 0,
      moved: 0,
      missing: 0,
      unreadable: 1,
      unsupported: 1,
    });
    expect(isFinished((seen.at(-1) as JobSnapshot).state)).toBe(true);
  });

  test("closing interrupts what runs and what waits; after opening again it goes on", async () => {
    const { home, pictures, engine } = await begin();
    const first = engine.index([pictures], undefined, "cpu");
    const second = engine.index([pictures], undefined, "cpu");
    const ends = [finished(engine, first), finished(engine, second)];
    await whenJob(engine, first, (job) => job.stage === "embed" && job.done > 0);
    await engine.closeCollection();
    expect((await Promise.all(ends)).map((job) => job.state)).toEqual(["interrupted", "interrupted"]);
    const again = await createEngine({ dataFolder: join(home, "data"), cores: 2 });
    await again.open(join(home, "workspace"), "write");
    again.jobs?.resume(first);
    expect(((await finished(again, first)).report as IndexReport).files.added).toBe(20);
    await again.close();
  });

  test("a job paused while it waits stays paused when its turn comes, until it is resumed", async () => {
    const { pictures, engine } = await begin();
    const first = engine.index([pictures], undefined, "cpu");
    const second = engine.index([pictures], undefined, "cpu");
    engine.jobs?.pause(second);
    await finished(engine, first);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(engine.jobs?.snapshot(second).state).toBe("paused");
    engine.jobs?.resume(second);
    expect((await finished(engine, second)).state).toBe("done");
  });

  test("opening what is open keeps its job running; two openings at once leave one open", async () => {
    const { home, pictures, engine } = await begin();
    const id = engine.index([pictures], undefined, "cpu");
    await engine.open(join(home, "workspace"), "write");
    expect((await finished(engine, id)).state).toBe("done");
    await Promise.all([engine.open(join(home, "one"), "write"), engine.open(join(home, "two"), "write")]);
    expect(engine.collection?.workspace).toBe(join(home, "two"));
    await engine.open(join(home, "one"), "write");
  });

  test("copies among many of one size are told by their hashes, few sent along or many asked for first; one whose vector is gone is made anew", async () => {
    const home = temporaryFolder("sizes");
    const pictures = join(home, "pictures");
    mkdirSync(pictures);
    const random = createRandom(8);
    const draw = (): Buffer => Buffer.concat([Buffer.from("P6 40 30 255\n"), Uint8Array.from({ length: 3600 }, () => random.below(256))]);
    const drawn = Array.from({ length: 20 }, draw);
    const write = (name: string, bytes: Buffer): void => writeFileSync(join(pictures, name), bytes);
    const open = async (): Promise<Engine> => {
      const engine = await testEngine(join(home, "data"));
      await engine.open(join(home, "workspace"), "write");
      return engine;
    };
    const index = async (engine: Engine): Promise<readonly number[]> => {
      expect(await finished(engine, engine.index([pictures], undefined, "cpu"))).toMatchObject({ state: "done" });
      const { sqlite } = (engine.collection as NonNullable<typeof engine.collection>).store;
      return ["files WHERE state = 'image'", "contents", "embeddings"].map(
        (table) => sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
      );
    };
    const first = await open();
    drawn.slice(0, 5).forEach((bytes, at) => write(`${at}.ppm`, bytes));
    expect(await index(first)).toEqual([5, 5, 5]);
    write("copy of 2.ppm", drawn[2] as Buffer);
    expect(await index(first)).toEqual([6, 5, 5]);
    await first.close();
    const kept = new Database(join(home, "workspace", "likeness.db"));
    kept.exec("DELETE FROM embeddings WHERE content_id = (SELECT content_id FROM files WHERE CAST(path AS TEXT) LIKE '%/3.ppm')");
    kept.close();
    rmSync(join(pictures, "3.ppm"));
    write("copy of 3.ppm", drawn[3] as Buffer);
    const second = await open();
    expect(await index(second)).toEqual([6, 5, 5]);
    drawn.slice(5).forEach((bytes, at) => write(`${5 + at}.ppm`, bytes));
    expect(await index(second)).toEqual([21, 20, 20]);
    write("copy of 19.ppm", drawn[19] as Buffer);
    expect(await index(second)).toEqual([22, 20, 20]);
  });

  test("of a folder without pictures nothing stays open: the encoder had been opened while it was listed", async () => {
    const { home, engine } = await begin();
    const bare = join(home, "bare");
    mkdirSync(bare);
    writeFileSync(join(bare, "letter.txt"), "no picture");
    expect(await finished(engine, engine.index([bare], undefined, "cpu"))).toMatchObject({ state: "done", error: null });
    const started = performance.now();
    await workersGone(30_000);
    expect(performance.now() - started).toBeLessThan(29_000);
  });

  test("forgetting a collection deletes our own files and nobody else's, and never one in use", async () => {
    const { home, pictures, engine } = await begin();
    const workspace = join(home, "workspace");
    await finished(engine, engine.index([pictures], undefined, "cpu"));
    writeFileSync(join(workspace, "thumbnails/mine.jpg"), "mine");
    writeFileSync(join(workspace, "letter.txt"), "mine");
    await engine.closeCollection();
    const other = await createEngine({ dataFolder: join(home, "other"), cores: 2 });
    await other.open(workspace, "write");
    await expect((async () => engine.handlers["collection.forget"]({ workspace }, engine.context))()).rejects.toThrow(/in use by process/);
    expect(existsSync(join(workspace, "likeness.db"))).toBe(true);
    await other.close();
    await engine.handlers["collection.forget"]({ workspace }, engine.context);
    expect(readdirSync(workspace).sort()).toEqual(["letter.txt", "thumbnails"]);
    expect(readdirSync(join(workspace, "thumbnails"))).toEqual(["mine.jpg"]);
    expect(readdirSync(pictures)).toContain("copy.jpg");
    expect(engine.recent.list().map((entry) => entry.workspace)).not.toContain(workspace);
    await expect((async () => engine.handlers["collection.forget"]({ workspace: pictures }, engine.context))()).rejects.toThrow(
      /not among/,
    );
  });
});
