/**
 * @file Prepared statements, made once per connection, and slow ones logged with their text.
 */
import type Database from "better-sqlite3";

import { systemClock } from "../base/clock.ts";
import { debug } from "../base/log.ts";
import { explainTrouble } from "../base/trouble.ts";
import type { ReadStore, Sqlite, WriteStore } from "./database.ts";

const prepared = new WeakMap<Sqlite, Map<string, Database.Statement>>();
const slowMs = 50;

/** The prepared statement of this text on this connection. */
export function statement(store: ReadStore, sql: string): Database.Statement {
  let statements = prepared.get(store.sqlite);
  if (!statements) prepared.set(store.sqlite, (statements = new Map()));
  let found = statements.get(sql);
  if (!found) statements.set(sql, (found = store.sqlite.prepare(sql)));
  return found;
}

/** All rows. The caller names the row's shape; the query's text is its contract. */
export function readAll<Row>(store: ReadStore, sql: string, ...values: unknown[]): Row[] {
  const start = systemClock.monotonic();
  const rows = statement(store, sql).all(...values) as Row[];
  const elapsedMs = systemClock.monotonic() - start;
  if (elapsedMs > slowMs) debug(`${elapsedMs.toFixed(0)} ms for ${rows.length} rows: ${sql.replace(/\s+/g, " ").slice(0, 120)}`);
  return rows;
}

const rawSelects = new WeakMap<Sqlite, Map<string, Database.Statement>>();

/** All rows as arrays of their columns: for whole tables, where a name for every value of every row costs as much as the reading. */
export function readRaw<Row extends readonly unknown[]>(store: ReadStore, sql: string, ...values: unknown[]): Row[] {
  let statements = rawSelects.get(store.sqlite);
  if (!statements) rawSelects.set(store.sqlite, (statements = new Map()));
  let found = statements.get(sql);
  if (!found) statements.set(sql, (found = store.sqlite.prepare(sql).raw(true)));
  return found.all(...values) as Row[];
}

/** The first row or undefined. */
export function readOne<Row>(store: ReadStore, sql: string, ...values: unknown[]): Row | undefined {
  return statement(store, sql).get(...values) as Row | undefined;
}

/** Runs a writing statement. A full disk or a locked database is a UserError that says so. */
export function write(store: WriteStore, sql: string, ...values: unknown[]): { changes: number; lastId: number } {
  try {
    const result = statement(store, sql).run(...values);
    return { changes: result.changes, lastId: Number(result.lastInsertRowid) };
  } catch (thrown) {
    throw explainTrouble(thrown, store.workspace);
  }
}

/** Runs `work` in one transaction; a throw rolls everything back. */
export function inTransaction<T>(store: WriteStore, work: () => T): T {
  try {
    return store.sqlite.transaction(work).immediate();
  } catch (thrown) {
    throw explainTrouble(thrown, store.workspace);
  }
}
