/**
 * @file What is asked of a size is which contents have it: their hashes lie in the index, and no row is read for them.
 */
import type { Migration } from "./table.ts";

export const indexSizeWithHash: Migration = {
  name: "019-index-size-with-hash",
  sql: `
    CREATE INDEX contents_size_hash ON contents (size_bytes, hash);
    DROP INDEX contents_size;
  `,
};
