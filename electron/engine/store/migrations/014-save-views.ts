/**
 * @file Selections that a person gave a name, and how each is looked at. One that is deleted stays as a row, so that it can come back.
 */
import type { Migration } from "./table.ts";

export const saveViews: Migration = {
  name: "014-save-views",
  sql: `
    CREATE TABLE saved_views (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      query TEXT NOT NULL,              -- protocol/query.ts
      search TEXT NOT NULL,             -- words that rank by meaning; '': none
      sort TEXT NOT NULL,               -- as the app calls it
      view TEXT NOT NULL,
      saved_at INTEGER NOT NULL,        -- ms since 1970
      deleted_at INTEGER                -- NULL: it is there
    );
    CREATE UNIQUE INDEX saved_views_name ON saved_views (name COLLATE NOCASE) WHERE deleted_at IS NULL;
  `,
};
