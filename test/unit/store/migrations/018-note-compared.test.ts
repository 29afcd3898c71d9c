import { expect, test } from "vitest";

import { noteCompared } from "#engine/store/migrations/018-note-compared.ts";
import { migrate, migrations } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("of collections that were compared before nothing is known: the next run compares them as a whole", () => {
  const before = migrations.indexOf(noteCompared);
  const sqlite = migratedTo(before);
  migrate(sqlite, "memory", before + 1);
  expect(sqlite.prepare("SELECT count(*) FROM compared").pluck().get()).toBe(0);
});
