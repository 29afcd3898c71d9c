/**
 * @file Saved views: selections with a name. Of those that are there no two have the same name, in any case.
 */
import type { SavedView } from "#protocol/view-contract.ts";

import { UserError } from "../../base/errors.ts";
import type { ReadStore, WriteStore } from "../database.ts";
import { inTransaction, readAll, readOne, write } from "../statements.ts";

export type ViewWrite = Omit<SavedView, "id">;

const columns = "id, name, query, search, sort, view";

/** By name. */
export function listSavedViews(store: ReadStore): SavedView[] {
  return readAll<SavedView>(store, `SELECT ${columns} FROM saved_views WHERE deleted_at IS NULL ORDER BY name COLLATE NOCASE, id`);
}

export function savedViewByName(store: ReadStore, name: string): SavedView | undefined {
  return readOne<SavedView>(store, `SELECT ${columns} FROM saved_views WHERE name = ? COLLATE NOCASE AND deleted_at IS NULL`, name.trim());
}

/** A new one, or one of that name in place of what it was. @returns its id */
export function saveView(store: WriteStore, given: ViewWrite, nowMs: number): number {
  const name = requireName(given.name);
  const { query, search, sort, view } = given;
  return inTransaction(store, () => {
    const known = savedViewByName(store, name);
    if (known === undefined) {
      const sql = "INSERT INTO saved_views (name, query, search, sort, view, saved_at) VALUES (?, ?, ?, ?, ?, ?)";
      return write(store, sql, name, query, search, sort, view, nowMs).lastId;
    }
    const sql = "UPDATE saved_views SET name = ?, query = ?, search = ?, sort = ?, view = ?, saved_at = ? WHERE id = ?";
    write(store, sql, name, query, search, sort, view, nowMs, known.id);
    return known.id;
  });
}

export function renameView(store: WriteStore, id: number, to: string): void {
  const name = requireName(to);
  inTransaction(store, () => {
    const { name: before } = requireView(store, id);
    const known = savedViewByName(store, name);
    if (known !== undefined && known.id !== id)
      throw new UserError("view-name", `The view "${before}" cannot be called "${name}": there is one of that name already.`);
    write(store, "UPDATE saved_views SET name = ? WHERE id = ?", name, id);
  });
}

export function deleteView(store: WriteStore, id: number, nowMs: number): void {
  requireView(store, id);
  write(store, "UPDATE saved_views SET deleted_at = ? WHERE id = ?", nowMs, id);
}

/** Brings a deleted one back; where its name was given to another meanwhile, it gets a number. */
export function restoreView(store: WriteStore, id: number): void {
  inTransaction(store, () => {
    const row = readOne<{ name: string; deleted_at: number | null }>(store, "SELECT name, deleted_at FROM saved_views WHERE id = ?", id);
    if (row === undefined) throw new UserError("view-unknown", `There is no deleted view ${id}.`);
    if (row.deleted_at === null) return;
    let name = row.name;
    for (let number = 2; savedViewByName(store, name) !== undefined; number++) name = `${row.name} (${number})`;
    write(store, "UPDATE saved_views SET deleted_at = NULL, name = ? WHERE id = ?", name, id);
  });
}

function requireView(store: ReadStore, id: number): SavedView {
  const found = readOne<SavedView>(store, `SELECT ${columns} FROM saved_views WHERE id = ? AND deleted_at IS NULL`, id);
  if (found === undefined) throw new UserError("view-unknown", `There is no saved view ${id} (any more).`);
  return found;
}

function requireName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > 200 || name.includes("\n"))
    throw new UserError("view-name", `"${name.slice(0, 40)}" cannot be the name of a view: expected one line of 1 to 200 characters.`);
  return name;
}
