/**
 * @file Keypoints of contents: what the duplicates stage keeps of a picture to find its edits without decoding it again.
 */
import type { Migration } from "./table.ts";

export const keepKeypoints: Migration = {
  name: "013-keep-keypoints",
  sql: `
    CREATE TABLE keypoints (
      content_id INTEGER PRIMARY KEY REFERENCES contents (id),
      version INTEGER NOT NULL,
      points BLOB NOT NULL,             -- duplicates/keypoints.ts
      inner_hash BLOB                   -- 8 bytes; NULL: no frame
    );
  `,
};
