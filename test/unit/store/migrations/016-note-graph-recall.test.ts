import { expect, test } from "vitest";

import { noteGraphRecall } from "#engine/store/migrations/016-note-graph-recall.ts";
import { migrate, migrations } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("graphs that were made before are exact", () => {
  const before = migrations.indexOf(noteGraphRecall);
  const sqlite = migratedTo(before);
  sqlite.exec("INSERT INTO encoders VALUES (1, 'tiny', 'Tiny', 'x', 3, 'x', 1)");
  sqlite.exec("INSERT INTO graphs (encoder_key, fingerprint, k, content_ids, indices, similarities) VALUES (1, 'f', 1, x'', x'', x'')");
  migrate(sqlite, "memory", before + 1);
  expect(sqlite.prepare("SELECT recall FROM graphs").pluck().get()).toBe(1);
});
