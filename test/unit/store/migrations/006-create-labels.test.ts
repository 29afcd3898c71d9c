import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

test("a content has one class in a project; names and keys are a project's own; a project takes everything of its own along", () => {
  const sqlite = migratedTo(6);
  sqlite.exec(`
    INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'01', 1, 1);
    INSERT INTO label_projects (id, name, created_at) VALUES (1, 'one', 7), (2, 'two', 7);
    INSERT INTO label_classes (id, project_id, name, colour, key, kind) VALUES (1, 1, 'cat', 255, 1, 'normal'), (2, 2, 'cat', 255, 1, 'none-of-these');
    INSERT INTO labels (project_id, content_id, class_id, source, labelled_at) VALUES (1, 1, 1, 'clicked', 7), (2, 1, 2, 'accepted', 7);
    INSERT INTO label_steps (id, project_id, what, made_at) VALUES (1, 1, 'a step', 7);
    INSERT INTO label_changes (step_id, content_id, before, after) VALUES (1, 1, NULL, '[]');
    INSERT INTO label_class_changes (step_id, class_id, before, after) VALUES (1, 1, NULL, '{}');
  `);
  const run = (sql: string) => (): unknown => sqlite.exec(sql);
  expect(run("INSERT INTO labels (project_id, content_id, class_id, source, labelled_at) VALUES (1, 1, 1, 'clicked', 8)")).toThrow(
    /UNIQUE/,
  );
  expect(run("INSERT INTO label_classes (project_id, name, colour, key, kind) VALUES (1, 'dog', 0, 1, 'normal')")).toThrow(/UNIQUE/);
  expect(run("INSERT INTO label_classes (project_id, name, colour, key, kind) VALUES (1, 'dog', 0, 10, 'normal')")).toThrow(/CHECK/);
  expect(run("UPDATE labels SET source = 'guessed'")).toThrow(/CHECK/);
  expect(run("DELETE FROM label_classes WHERE id = 1")).toThrow(/FOREIGN KEY/);
  sqlite.exec("DELETE FROM labels WHERE project_id = 1; DELETE FROM label_projects WHERE id = 1");
  const left = (table: string): unknown => sqlite.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get();
  expect(["label_classes", "labels", "label_steps", "label_changes", "label_class_changes"].map(left)).toEqual([1, 1, 0, 0, 0]);
});
