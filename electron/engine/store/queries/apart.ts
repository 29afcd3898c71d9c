/**
 * @file What a person said is no duplicate, by pairs of contents. Every change is a step that remembers both sides, so that it can be undone and redone, also after the
 * program was closed. A new step forgets those that were undone before it.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { inTransaction, readAll, readOne, write } from "../statements.ts";

/** Content ids in any order. */
export interface ContentPair {
  readonly a: number;
  readonly b: number;
}

export interface ApartRow extends ContentPair {
  readonly said_at: number;
}

/** Pairs whose contents both are in some present file, the latest first. */
export function listApart(store: ReadStore): ApartRow[] {
  return readAll<ApartRow>(
    store,
    `SELECT a, b, said_at FROM apart_pairs
     WHERE EXISTS (SELECT 1 FROM files WHERE content_id = a AND state = 'image')
       AND EXISTS (SELECT 1 FROM files WHERE content_id = b AND state = 'image')
     ORDER BY said_at DESC, a, b`,
  );
}

/** @returns how many pairs changed; a step that changes none is not remembered */
export function changeApart(
  store: WriteStore,
  { pairs, apart, what, nowMs }: { pairs: readonly ContentPair[]; apart: boolean; what: string; nowMs: number },
): number {
  return inTransaction(store, () => {
    const step = write(store, "INSERT INTO apart_steps (what, made_at) VALUES (?, ?)", what, nowMs).lastId;
    let changed = 0;
    for (const pair of pairs) {
      const [a, b] = [Math.min(pair.a, pair.b), Math.max(pair.a, pair.b)];
      const known = readOne<{ said_at: number }>(store, "SELECT said_at FROM apart_pairs WHERE a = ? AND b = ?", a, b)?.said_at ?? null;
      if ((known !== null) === apart) continue;
      const after = apart ? nowMs : null;
      say(store, a, b, after);
      write(store, "INSERT INTO apart_changes (step_id, a, b, before, after) VALUES (?, ?, ?, ?, ?)", step, a, b, known, after);
      changed++;
    }
    if (changed > 0) write(store, "DELETE FROM apart_steps WHERE undone = 1");
    else write(store, "DELETE FROM apart_steps WHERE id = ?", step);
    return changed;
  });
}

/** Takes the last step back. @returns what it was, or null where there is none */
export function undoApart(store: WriteStore): string | null {
  return turnStep(store, { undone: 0, side: "before" });
}

/** Takes the step that was undone last again. */
export function redoApart(store: WriteStore): string | null {
  return turnStep(store, { undone: 1, side: "after" });
}

/** The steps that come next, in words. */
export function apartSteps(store: ReadStore): { undo: string | null; redo: string | null } {
  return { undo: nextStep(store, 0)?.what ?? null, redo: nextStep(store, 1)?.what ?? null };
}

function nextStep(store: ReadStore, undone: 0 | 1): { id: number; what: string } | undefined {
  const direction = undone === 0 ? "DESC" : "ASC";
  return readOne(store, `SELECT id, what FROM apart_steps WHERE undone = ? ORDER BY id ${direction} LIMIT 1`, undone);
}

function turnStep(store: WriteStore, { undone, side }: { undone: 0 | 1; side: "before" | "after" }): string | null {
  return inTransaction(store, () => {
    const step = nextStep(store, undone);
    if (!step) return null;
    const sql = `SELECT a, b, ${side} AS saidAt FROM apart_changes WHERE step_id = ?`;
    for (const { a, b, saidAt } of readAll<ContentPair & { saidAt: number | null }>(store, sql, step.id)) say(store, a, b, saidAt);
    write(store, "UPDATE apart_steps SET undone = ? WHERE id = ?", 1 - undone, step.id);
    return step.what;
  });
}

function say(store: WriteStore, a: number, b: number, saidAt: number | null): void {
  if (saidAt === null) write(store, "DELETE FROM apart_pairs WHERE a = ? AND b = ?", a, b);
  else write(store, "INSERT OR REPLACE INTO apart_pairs (a, b, said_at) VALUES (?, ?, ?)", a, b, saidAt);
}
