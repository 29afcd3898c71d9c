/**
 * @file Indexing while the surroundings fail: the folder goes away midway, somebody else holds the database, the clock jumps. Nothing that was known is lost, the
 * error says what to do, and the next run comes to the same result as one without trouble.
 */
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";

import Database from "better-sqlite3";
import { beforeEach, describe, expect, test } from "vitest";

import type { Clock } from "#engine/base/clock.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import { databasePath } from "#engine/store/database.ts";
import type { IndexReport } from "#protocol/model.ts";
import type { JobSnapshot } from "#protocol/progress.ts";
import { drawCollection } from "../../fixtures/collection.ts";
import { indexNow, pathsOf, testEngine, whenJob } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

let home: string;
let pictures: string;
let engine: Engine;

beforeEach(async () => {
  home = temporaryFolder("troubles");
  pictures = join(home, "pictures");
  mkdirSync(pictures);
  await drawCollection(pictures, { kinds: 2, perKind: 20 });
  engine = await testEngine(join(home, "data"));
  await engine.open(join(home, "workspace"), "write");
});

/** Index job that is begun, with the trouble once `isTime`; its last state. */
async function indexWithTrouble(isTime: (job: JobSnapshot) => boolean, trouble: () => void): Promise<JobSnapshot> {
  const id = engine.index([pictures], undefined, "cpu");
  await whenJob(engine, id, isTime);
  trouble();
  return (engine.jobs as NonNullable<Engine["jobs"]>).finished(id);
}

/** What is known of every file, and what was found between them. */
function known(of: Engine): unknown {
  const { sqlite } = of.requireCollection().store;
  expect(sqlite.pragma("integrity_check", { simple: true })).toBe("ok");
  return {
    files: sqlite
      .prepare("SELECT path, state, hash, files.error_code FROM files LEFT JOIN contents ON contents.id = content_id ORDER BY path")
      .all(),
    pairs: (sqlite.prepare("SELECT count(*) AS count FROM pairs").get() as { count: number }).count,
  };
}

const isReading = ({ stage, done }: JobSnapshot): boolean => stage === "embed" && done > 0;

describe("a folder that goes away", { timeout: 60_000 }, () => {
  test("while its files are read: an error that says so, then the rest", async () => {
    const failed = await indexWithTrouble(isReading, () => renameSync(pictures, join(home, "away")));
    expect(failed).toMatchObject({
      state: "failed",
      error: { code: "folder-missing", message: expect.stringContaining(pictures) as string },
    });
    renameSync(join(home, "away"), pictures);
    expect((await indexNow(engine, [pictures])).images).toBe(44);
  });

  test("on a later run, before or while it is listed: what is known stays", async () => {
    await indexNow(engine, [pictures]);
    const before = known(engine);
    const failed = await indexWithTrouble(
      ({ state }) => state === "running",
      () => renameSync(pictures, join(home, "away")),
    );
    expect(failed).toMatchObject({ state: "failed", error: { code: "folder-missing" } });
    expect(known(engine)).toEqual(before);
    expect(pathsOf(engine)).toHaveLength(44);
    renameSync(join(home, "away"), pictures);
    expect((await indexNow(engine, [pictures])).files).toMatchObject({ missing: 0, added: 0, unchanged: 44 });
    expect(known(engine)).toEqual(before);
  });
});

test("a database that another program holds: an error that names it, then the rest", { timeout: 60_000 }, async () => {
  const { sqlite } = engine.requireCollection().store;
  sqlite.pragma("busy_timeout = 100"); // ten seconds otherwise
  const other = new Database(databasePath(join(home, "workspace")));
  const failed = await indexWithTrouble(isReading, () => other.exec("BEGIN IMMEDIATE"));
  // The failure itself could not be written, and is told all the same.
  expect(failed).toMatchObject({ state: "failed", error: { code: "workspace-locked" } });
  expect(() => engine.index([pictures], undefined, "cpu")).toThrow(/Another program holds the database/);
  other.exec("ROLLBACK");
  other.close();
  expect((await indexNow(engine, [pictures])).images).toBe(44);
  expect((engine.jobs as NonNullable<Engine["jobs"]>).snapshot(failed.id).state).toBe("failed");
});

test("a clock that jumps by years, back and forth: the same result", { timeout: 60_000 }, async () => {
  await indexNow(engine, [pictures]);
  let reads = 0;
  const year = 365 * 86_400_000;
  const jumping: Clock = {
    now: () => 1_700_000_000_000 + (++reads % 3) * year - (reads % 7) * 2 * year,
    monotonic: () => performance.now(),
  };
  const other = await createEngine({ dataFolder: join(home, "other"), cores: 2, clock: jumping });
  await other.open(join(home, "jumps"), "write");
  const report: IndexReport = await indexNow(other, [pictures]);
  expect(reads).toBeGreaterThan(5);
  expect(report.files.added).toBe(44);
  expect(known(other)).toEqual(known(engine));
  expect((await indexNow(other, [pictures])).files).toMatchObject({ unchanged: 44, added: 0, missing: 0 });
  await other.close();
});
