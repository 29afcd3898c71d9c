/**
 * @file Labels: projects of classes, one class for a content in each project, and the journal by which every step is undone and redone. A label hangs on the
 * content, so a moved or copied file keeps it.
 */
import type { Migration } from "./table.ts";

export const createLabels: Migration = {
  name: "006-create-labels",
  sql: `
    CREATE TABLE label_projects (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL       -- ms since 1970
    );

    CREATE TABLE label_classes (
      id INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: the journal names classes that are gone
      project_id INTEGER NOT NULL REFERENCES label_projects (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      colour INTEGER NOT NULL,          -- 0xRRGGBB
      key INTEGER CHECK (key BETWEEN 1 AND 9),
      kind TEXT NOT NULL CHECK (kind IN ('normal', 'none-of-these')),
      UNIQUE (project_id, name),
      UNIQUE (project_id, key)
    );

    CREATE TABLE labels (
      project_id INTEGER NOT NULL REFERENCES label_projects (id) ON DELETE CASCADE,
      content_id INTEGER NOT NULL REFERENCES contents (id),
      class_id INTEGER NOT NULL REFERENCES label_classes (id),
      source TEXT NOT NULL CHECK (source IN ('clicked', 'accepted', 'imported-folders', 'imported-csv')),
      labelled_at INTEGER NOT NULL,
      PRIMARY KEY (project_id, content_id)
    ) WITHOUT ROWID;
    CREATE INDEX labels_class ON labels (class_id, source);

    -- One step of a person: what it did to classes and labels, both as they were before and after.
    CREATE TABLE label_steps (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      project_id INTEGER NOT NULL REFERENCES label_projects (id) ON DELETE CASCADE,
      what TEXT NOT NULL,               -- in words
      made_at INTEGER NOT NULL,
      undone INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX label_steps_project ON label_steps (project_id, undone, id);

    CREATE TABLE label_class_changes (
      step_id INTEGER NOT NULL REFERENCES label_steps (id) ON DELETE CASCADE,
      class_id INTEGER NOT NULL,
      before TEXT,                      -- JSON of the row; NULL: it was not there
      after TEXT,
      PRIMARY KEY (step_id, class_id)
    ) WITHOUT ROWID;

    CREATE TABLE label_changes (
      step_id INTEGER NOT NULL REFERENCES label_steps (id) ON DELETE CASCADE,
      content_id INTEGER NOT NULL,
      before TEXT,                      -- JSON of class, source and time; NULL: it had no label
      after TEXT,
      PRIMARY KEY (step_id, content_id)
    ) WITHOUT ROWID;
  `,
};
