/**
 * @file Graphs: how many of the true neighbours they hold. A large collection's graph is searched for nearly exactly, and that is said.
 */
import type { Migration } from "./table.ts";

export const noteGraphRecall: Migration = {
  name: "016-note-graph-recall",
  sql: `
    -- share of true neighbours found, on a sample; 1: searched exactly
    ALTER TABLE graphs ADD COLUMN recall REAL NOT NULL DEFAULT 1;
  `,
};
