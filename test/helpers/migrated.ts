/**
 * @file A database at a given version of the format.
 */
import Database from "better-sqlite3";

import { migrate } from "#engine/store/migrations/table.ts";

export function migratedTo(version: number): Database.Database {
  const sqlite = new Database(":memory:");
  sqlite.pragma("foreign_keys = ON");
  migrate(sqlite, "memory", version);
  return sqlite;
}
