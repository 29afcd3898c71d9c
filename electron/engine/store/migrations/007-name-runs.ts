/**
 * @file Runs: what a person calls one, and what was decided of it.
 */
import type { Migration } from "./table.ts";

export const nameRuns: Migration = {
  name: "007-name-runs",
  sql: `
    ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN decision TEXT CHECK (decision IN ('used', 'kept', 'dropped'));
  `,
};
