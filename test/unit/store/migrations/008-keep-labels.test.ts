import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("labels that were there are not kept; a label is kept or it is not", () => {
  const sqlite = migratedTo(7);
  sqlite.exec(`
    INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'01', 1, 1);
    INSERT INTO label_projects (id, name, created_at) VALUES (1, 'one', 7);
    INSERT INTO label_classes (id, project_id, name, colour, key, kind) VALUES (1, 1, 'cat', 255, 1, 'normal');
    INSERT INTO labels (project_id, content_id, class_id, source, labelled_at) VALUES (1, 1, 1, 'clicked', 7);
  `);
  migrate(sqlite, "memory", 8);
  expect(sqlite.prepare("SELECT kept FROM labels").get()).toEqual({ kept: 0 });
  sqlite.exec("UPDATE labels SET kept = 1");
  expect(() => sqlite.exec("UPDATE labels SET kept = 2")).toThrow(/CHECK/);
});
