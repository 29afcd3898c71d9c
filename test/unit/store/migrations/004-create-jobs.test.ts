import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

test("a job row starts with nothing done", () => {
  const sqlite = migratedTo(4);
  sqlite.exec("INSERT INTO jobs (kind, title, parameters, state, stage, created_at) VALUES ('index', 'Index', '{}', 'queued', 'scan', 1)");
  expect(sqlite.prepare("SELECT done, total, attempts, report FROM jobs").get()).toEqual({ done: 0, total: 0, attempts: 0, report: null });
});
