import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("runs that were there are of no project; a run outlives the project it learnt from", () => {
  const sqlite = migratedTo(8);
  sqlite.exec(`
    INSERT INTO label_projects (id, name, created_at) VALUES (1, 'one', 7);
    INSERT INTO runs (id, method, base, trainable, request, created_at) VALUES ('run-1', 'few-labels', 'some', 'adapter', '{}', 7);
  `);
  migrate(sqlite, "memory", 9);
  const project = (): unknown => sqlite.prepare("SELECT project_id FROM runs").pluck().get();
  expect(project()).toBeNull();
  sqlite.exec("UPDATE runs SET project_id = 1");
  expect(() => sqlite.exec("UPDATE runs SET project_id = 2")).toThrow(/FOREIGN KEY/);
  sqlite.exec("DELETE FROM label_projects");
  expect(project()).toBeNull();
});
