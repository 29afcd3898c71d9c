/**
 * @file Encoders and what they made. An encoder row is one exact thing: its id, the hash of its weights and the version of the
 * preprocessing; changing any of them makes a new row, so vectors of two spaces can never mix.
 */
import type { Migration } from "./table.ts";

export const createEmbeddings: Migration = {
  name: "002-create-embeddings",
  sql: `
    CREATE TABLE encoders (
      key INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      source TEXT NOT NULL,
      dimensions INTEGER NOT NULL,
      weights_hash TEXT NOT NULL,
      preprocessing_version INTEGER NOT NULL,
      UNIQUE (id, weights_hash, preprocessing_version)
    );

    CREATE TABLE embeddings (
      encoder_key INTEGER NOT NULL REFERENCES encoders (key),
      content_id INTEGER NOT NULL REFERENCES contents (id),
      vector BLOB NOT NULL,             -- float16 little endian, unit length
      PRIMARY KEY (encoder_key, content_id)
    ) WITHOUT ROWID;

    -- The neighbour graph of all embeddings of one encoder. Arrays are little endian; positions count along content_ids.
    CREATE TABLE graphs (
      encoder_key INTEGER PRIMARY KEY REFERENCES encoders (key),
      fingerprint TEXT NOT NULL,        -- of the encoder and the set of contents; another set makes the row stale
      k INTEGER NOT NULL,
      content_ids BLOB NOT NULL,        -- int32 [n]
      indices BLOB NOT NULL,            -- int32 [n, k]
      similarities BLOB NOT NULL        -- float32 [n, k]
    );

    CREATE TABLE maps (
      encoder_key INTEGER PRIMARY KEY REFERENCES encoders (key),
      fingerprint TEXT NOT NULL,
      content_ids BLOB NOT NULL,        -- int32 [n]
      coordinates BLOB NOT NULL,        -- float32 [n, 2]
      clusters BLOB NOT NULL,           -- int32 [n], -1 = none
      representatives BLOB NOT NULL,    -- int32 [clusters], content ids
      trustworthiness REAL NOT NULL,
      recall REAL NOT NULL
    );
  `,
};
