/**
 * @file Pairs of contents of which a person said that they are no duplicates, and the journal by which every such step is undone and redone. They hang on contents,
 * so moved files and another reading keep them.
 */
import type { Migration } from "./table.ts";

export const setApart: Migration = {
  name: "010-set-apart",
  sql: `
    CREATE TABLE apart_pairs (
      a INTEGER NOT NULL REFERENCES contents (id),
      b INTEGER NOT NULL REFERENCES contents (id),
      said_at INTEGER NOT NULL,         -- ms since 1970
      PRIMARY KEY (a, b),
      CHECK (a < b)
    ) WITHOUT ROWID;

    CREATE TABLE apart_steps (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      what TEXT NOT NULL,               -- in words
      made_at INTEGER NOT NULL,
      undone INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX apart_steps_undone ON apart_steps (undone, id);

    CREATE TABLE apart_changes (
      step_id INTEGER NOT NULL REFERENCES apart_steps (id) ON DELETE CASCADE,
      a INTEGER NOT NULL,
      b INTEGER NOT NULL,
      before INTEGER,                   -- said_at; NULL: it was not said
      after INTEGER,
      PRIMARY KEY (step_id, a, b)
    ) WITHOUT ROWID;
  `,
};
