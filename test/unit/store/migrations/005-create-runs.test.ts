import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

test("a run is there before its job and without an outcome, and its id is its own", () => {
  const sqlite = migratedTo(5);
  const insert = (job: number | null): unknown =>
    sqlite
      .prepare(
        "INSERT INTO runs (id, job_id, method, base, trainable, request, created_at) VALUES ('run-1', ?, 'simclr', 'some', 'all', '{}', 7)",
      )
      .run(job);
  insert(null);
  expect(sqlite.prepare("SELECT * FROM runs").get()).toEqual({
    id: "run-1",
    job_id: null,
    method: "simclr",
    base: "some",
    trainable: "all",
    request: "{}",
    created_at: 7,
    finished_at: null,
    outcome: null,
  });
  expect(() => insert(null)).toThrow(/UNIQUE/);
  sqlite.exec("DELETE FROM runs");
  sqlite.pragma("foreign_keys = ON");
  expect(() => insert(99)).toThrow(/FOREIGN KEY/);
});
