/**
 * @file Which contents have been compared with all the others of their time, so that what joins a watched folder can be compared alone.
 */
import type { Migration } from "./table.ts";

export const noteCompared: Migration = {
  name: "018-note-compared",
  sql: `
    CREATE TABLE compared (
      encoder_key INTEGER NOT NULL REFERENCES encoders (key) ON DELETE CASCADE,
      content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
      verifier_version INTEGER NOT NULL,
      PRIMARY KEY (encoder_key, content_id)
    ) WITHOUT ROWID;
  `,
};
