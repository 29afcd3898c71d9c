/**
 * @file What the stages found: verified pairs of contents, outlier scores, quality issues. Groups are made from the pairs and the files
 * when asked for, so they are always true to what is there.
 */
import type { Migration } from "./table.ts";

export const createFindings: Migration = {
  name: "003-create-findings",
  sql: `
    -- Verified pairs of different contents, a < b. Identical files share a content and need no row. A row with relation 'none' remembers
    -- that a candidate was compared and refused, so that no pair is ever compared twice.
    CREATE TABLE pairs (
      a INTEGER NOT NULL REFERENCES contents (id),
      b INTEGER NOT NULL REFERENCES contents (id),
      relation TEXT NOT NULL CHECK (relation IN ('identical-pixels', 'same-picture', 'same-scene', 'none')),
      score REAL NOT NULL,
      verifier_version INTEGER NOT NULL,
      PRIMARY KEY (a, b)
    ) WITHOUT ROWID;

    CREATE TABLE outliers (
      encoder_key INTEGER NOT NULL REFERENCES encoders (key),
      content_id INTEGER NOT NULL REFERENCES contents (id),
      score REAL NOT NULL,
      percentile REAL NOT NULL,         -- 0..100, 100 = oddest
      nearest BLOB NOT NULL,            -- int32 content ids of the nearest normal images
      PRIMARY KEY (encoder_key, content_id)
    ) WITHOUT ROWID;
    CREATE INDEX outliers_score ON outliers (encoder_key, score DESC);

    CREATE TABLE issues (
      content_id INTEGER NOT NULL REFERENCES contents (id),
      kind TEXT NOT NULL,
      value REAL NOT NULL,
      threshold REAL NOT NULL,
      PRIMARY KEY (content_id, kind)
    ) WITHOUT ROWID;

    -- Which set of rows a stage's findings were made from.
    CREATE TABLE stage_marks (
      stage TEXT NOT NULL,
      encoder_key INTEGER NOT NULL,
      fingerprint TEXT NOT NULL,
      PRIMARY KEY (stage, encoder_key)
    ) WITHOUT ROWID;
  `,
};
