/**
 * @file Runs: one training each. Its folder, runs/<id>, holds what is large: plan, checkpoints, numbers of every step, encoders.
 */
import type { Migration } from "./table.ts";

export const createRuns: Migration = {
  name: "005-create-runs",
  sql: `
    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      job_id INTEGER REFERENCES jobs (id),
      method TEXT NOT NULL,
      base TEXT NOT NULL,               -- the encoder it began with, or scratch:<architecture>
      trainable TEXT NOT NULL,
      request TEXT NOT NULL,            -- JSON: what was asked for
      created_at INTEGER NOT NULL,
      finished_at INTEGER,
      outcome TEXT                      -- JSON: what came out, null until then
    );
  `,
};
