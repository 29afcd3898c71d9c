/**
 * @file Jobs are rows: what was asked, how far it got, what it found. A job that is `running` when the program starts died with its
 * process and becomes `interrupted`.
 */
import type { Migration } from "./table.ts";

export const createJobs: Migration = {
  name: "004-create-jobs",
  sql: `
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      title TEXT NOT NULL,
      parameters TEXT NOT NULL,         -- JSON
      state TEXT NOT NULL,
      stage TEXT NOT NULL,
      done INTEGER NOT NULL DEFAULT 0,
      total INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      summary TEXT,
      report TEXT,                      -- JSON
      error_code TEXT,
      error_message TEXT
    );
  `,
};
