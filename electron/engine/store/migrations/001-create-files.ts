/**
 * @file Folders, contents and files. A *content* is a distinct sequence of bytes and everything decoding it told; a *file* is a path that
 * holds one. Thousands of identical files share one content, and a moved file keeps its content and thereby its embedding.
 */
import type { Migration } from "./table.ts";

export const createFiles: Migration = {
  name: "001-create-files",
  sql: `
    CREATE TABLE properties (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE folders (
      id INTEGER PRIMARY KEY,
      path BLOB NOT NULL UNIQUE,        -- bytes, absolute
      added_at INTEGER NOT NULL         -- ms since 1970
    );

    CREATE TABLE scans (
      id INTEGER PRIMARY KEY,
      folders TEXT NOT NULL,            -- JSON array of hex path bytes
      started_at INTEGER NOT NULL,
      finished_at INTEGER               -- NULL: was interrupted, the next scan of the same folders goes on with it
    );

    CREATE TABLE contents (
      id INTEGER PRIMARY KEY,
      hash BLOB NOT NULL UNIQUE,        -- first 16 bytes of SHA-256 of the file
      size_bytes INTEGER NOT NULL,
      decode_version INTEGER NOT NULL,
      error_code TEXT,                  -- set: cannot be decoded, and the columns below are NULL
      error_message TEXT,
      format TEXT,
      width INTEGER,                    -- as displayed
      height INTEGER,
      orientation INTEGER,              -- EXIF 1..8
      channels INTEGER,
      bit_depth INTEGER,
      has_alpha INTEGER,
      frame_count INTEGER,
      average_colour INTEGER,           -- 0xRRGGBB
      perceptual BLOB,                  -- 8 orientations x 8 bytes
      colour BLOB,                      -- 4 x 4 x 3 mean colours
      quality TEXT,                     -- JSON, engine/ingest/decode/types.ts
      sharpness REAL,                   -- at full resolution; NULL until measured
      captured_at INTEGER,              -- ms since 1970, from metadata
      metadata TEXT                     -- JSON
    );
    CREATE INDEX contents_size ON contents (size_bytes);

    CREATE TABLE files (
      id INTEGER PRIMARY KEY AUTOINCREMENT, -- ids are never reused: labels and links may outlive a file
      path BLOB NOT NULL UNIQUE,        -- bytes, absolute
      size_bytes INTEGER NOT NULL,
      modified_us INTEGER NOT NULL,     -- microseconds since 1970
      is_link INTEGER NOT NULL DEFAULT 0,
      state TEXT NOT NULL CHECK (state IN ('image', 'unreadable', 'unsupported', 'missing')),
      content_id INTEGER REFERENCES contents (id),
      error_code TEXT,
      error_message TEXT,
      scan_id INTEGER NOT NULL,         -- the scan that judged it last
      outcome TEXT NOT NULL CHECK (outcome IN ('added', 'unchanged', 'moved', 'missing', 'unreadable', 'unsupported'))
    );
    CREATE INDEX files_content ON files (content_id);
    CREATE INDEX files_state ON files (state, content_id); -- answers "which contents are present" by itself
  `,
};
