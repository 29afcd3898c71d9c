import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("two views that are there cannot have one name, whatever its case; a deleted one gives its name free", () => {
  const sqlite = migratedTo(13);
  migrate(sqlite, "memory", 14);
  const add = (name: string): unknown =>
    sqlite
      .prepare("INSERT INTO saved_views (name, query, search, sort, view, saved_at) VALUES (?, '', '', 'date', 'library', 1)")
      .run(name);
  add("Summer");
  expect(() => add("SUMMER")).toThrow(/UNIQUE/);
  sqlite.exec("UPDATE saved_views SET deleted_at = 2");
  add("summer");
  expect(sqlite.prepare("SELECT name FROM saved_views WHERE deleted_at IS NULL").pluck().all()).toEqual(["summer"]);
});
