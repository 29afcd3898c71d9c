/**
 * @file Every change of classes and labels is a step that remembers both sides, so that it can be undone and redone, also after the program was closed. A new
 * step forgets those that were undone before it.
 */
import type { LabelSource } from "#protocol/label-model.ts";

import type { ReadStore, WriteStore } from "../database.ts";
import { inTransaction, readAll, readOne, write } from "../statements.ts";
import { classById, labelOf, type ClassRow, type LabelRow } from "./labels.ts";

export interface Step {
  readonly projectId: number;
  /** In words: "label 3 images cat". */
  readonly what: string;
  readonly nowMs: number;
}

export interface Assignment {
  readonly contentId: number;
  /** Null takes the label away. */
  readonly classId: number | null;
}

/** What a step may do. Everything is written at once, and nothing where the work throws. */
export interface StepWork {
  addClass(row: Omit<ClassRow, "id" | "project_id">): number;
  changeClass(id: number, to: Partial<Omit<ClassRow, "id" | "project_id">>): void;
  /** Its labels must be taken away before. */
  removeClass(id: number): void;
  label(assignments: readonly Assignment[], source: LabelSource): void;
  /** Says that the labels of these contents are right; another label has to be kept anew. */
  keep(contentIds: readonly number[]): void;
}

/** @returns whether anything changed; a step that changes nothing is not remembered */
export function takeStep(store: WriteStore, { projectId, what, nowMs }: Step, work: (step: StepWork) => void): boolean {
  return inTransaction(store, () => {
    const stepId = write(store, "INSERT INTO label_steps (project_id, what, made_at) VALUES (?, ?, ?)", projectId, what, nowMs).lastId;
    work(recorder(store, { stepId, projectId, nowMs }));
    const changed = classChanges(store, stepId).length + labelChanges(store, stepId).length > 0;
    if (changed) write(store, "DELETE FROM label_steps WHERE project_id = ? AND undone = 1", projectId);
    else write(store, "DELETE FROM label_steps WHERE id = ?", stepId);
    return changed;
  });
}

/** Takes the last step back. @returns what it was, or null where there is none */
export function undoStep(store: WriteStore, projectId: number): string | null {
  return inTransaction(store, () => {
    const step = nextUndo(store, projectId);
    if (!step) return null;
    apply(store, { stepId: step.id, projectId, side: "before" });
    write(store, "UPDATE label_steps SET undone = 1 WHERE id = ?", step.id);
    return step.what;
  });
}

/** Takes the step that was undone last again. */
export function redoStep(store: WriteStore, projectId: number): string | null {
  return inTransaction(store, () => {
    const step = nextRedo(store, projectId);
    if (!step) return null;
    apply(store, { stepId: step.id, projectId, side: "after" });
    write(store, "UPDATE label_steps SET undone = 0 WHERE id = ?", step.id);
    return step.what;
  });
}

export function nextUndo(store: ReadStore, projectId: number): { id: number; what: string } | undefined {
  return readOne(store, "SELECT id, what FROM label_steps WHERE project_id = ? AND undone = 0 ORDER BY id DESC LIMIT 1", projectId);
}

export function nextRedo(store: ReadStore, projectId: number): { id: number; what: string } | undefined {
  return readOne(store, "SELECT id, what FROM label_steps WHERE project_id = ? AND undone = 1 ORDER BY id LIMIT 1", projectId);
}

/** A label as the journal has it; steps of earlier versions say nothing of `kept`. */
type NotedLabel = [classId: number, source: LabelSource, labelledAt: number, kept?: 0 | 1];

function recorder(store: WriteStore, step: { stepId: number; projectId: number; nowMs: number }): StepWork {
  const { stepId, projectId, nowMs } = step;
  const noteClass = (id: number, before: ClassRow | null): void =>
    note(store, { stepId, key: id, before, after: classById(store, id) ?? null }, "label_class_changes", "class_id");
  return {
    addClass: ({ name, colour, key, kind }) => {
      const sql = "INSERT INTO label_classes (project_id, name, colour, key, kind) VALUES (?, ?, ?, ?, ?)";
      const id = write(store, sql, projectId, name, colour, key, kind).lastId;
      noteClass(id, null);
      return id;
    },
    changeClass: (id, to) => {
      const before = classById(store, id);
      if (!before) return;
      writeClass(store, { ...before, ...to });
      noteClass(id, before);
    },
    removeClass: (id) => {
      const before = classById(store, id);
      if (!before) return;
      write(store, "DELETE FROM label_classes WHERE id = ?", id);
      noteClass(id, before);
    },
    label: (assignments, source) => {
      for (const { contentId, classId } of assignments) {
        const known = labelOf(store, projectId, contentId);
        if (known ? known.class_id === classId && known.source === source : classId === null) continue;
        const before = known ? noted(known) : null;
        const after: NotedLabel | null = classId === null ? null : [classId, source, nowMs, known?.class_id === classId ? known.kept : 0];
        writeLabel(store, projectId, contentId, after);
        note(store, { stepId, key: contentId, before, after }, "label_changes", "content_id");
      }
    },
    keep: (contentIds) => {
      for (const contentId of contentIds) {
        const known = labelOf(store, projectId, contentId);
        if (!known || known.kept === 1) continue;
        const after = noted({ ...known, kept: 1 });
        writeLabel(store, projectId, contentId, after);
        note(store, { stepId, key: contentId, before: noted(known), after }, "label_changes", "content_id");
      }
    },
  };
}

function noted({ class_id, source, labelled_at, kept }: Omit<LabelRow, "content_id">): NotedLabel {
  return [class_id, source, labelled_at, kept];
}

interface Noted {
  readonly stepId: number;
  /** Which class, or which content. */
  readonly key: number;
  readonly before: ClassRow | NotedLabel | null;
  readonly after: ClassRow | NotedLabel | null;
}

/** What a step changes twice has the first before and the last after. */
function note(
  store: WriteStore,
  { stepId, key, before, after }: Noted,
  table: "label_class_changes" | "label_changes",
  column: "class_id" | "content_id",
): void {
  const known = readOne<{ before: string | null }>(store, `SELECT before FROM ${table} WHERE step_id = ? AND ${column} = ?`, stepId, key);
  const first = known ? known.before : before && JSON.stringify(before);
  const last = after && JSON.stringify(after);
  if (first === last) write(store, `DELETE FROM ${table} WHERE step_id = ? AND ${column} = ?`, stepId, key);
  else write(store, `INSERT OR REPLACE INTO ${table} (step_id, ${column}, before, after) VALUES (?, ?, ?, ?)`, stepId, key, first, last);
}

type Side = "before" | "after";
type Change<Key extends string> = Readonly<Record<Key, number>> & Readonly<Record<Side, string | null>>;

function classChanges(store: ReadStore, stepId: number): Change<"class_id">[] {
  return readAll(store, "SELECT class_id, before, after FROM label_class_changes WHERE step_id = ?", stepId);
}

function labelChanges(store: ReadStore, stepId: number): Change<"content_id">[] {
  return readAll(store, "SELECT content_id, before, after FROM label_changes WHERE step_id = ?", stepId);
}

/** Classes that come are there before their labels, and go after them. Names and keys may be exchanged, so all that change are taken off first. */
function apply(store: WriteStore, { stepId, projectId, side }: { stepId: number; projectId: number; side: Side }): void {
  const classes = classChanges(store, stepId).map((change) => ({ id: change.class_id, row: parse<ClassRow>(change[side]) }));
  for (const { id } of classes) write(store, "UPDATE label_classes SET name = ?, key = NULL WHERE id = ?", `\u0000${id}`, id);
  for (const { row } of classes) if (row) writeClass(store, row);
  for (const change of labelChanges(store, stepId)) writeLabel(store, projectId, change.content_id, parse<NotedLabel>(change[side]));
  for (const { id, row } of classes) if (!row) write(store, "DELETE FROM label_classes WHERE id = ?", id);
}

function parse<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

function writeClass(store: WriteStore, { id, project_id, name, colour, key, kind }: ClassRow): void {
  const sql = `
    INSERT INTO label_classes (id, project_id, name, colour, key, kind) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, key = excluded.key, kind = excluded.kind`;
  write(store, sql, id, project_id, name, colour, key, kind);
}

function writeLabel(store: WriteStore, projectId: number, contentId: number, label: NotedLabel | null): void {
  if (label === null) write(store, "DELETE FROM labels WHERE project_id = ? AND content_id = ?", projectId, contentId);
  else {
    const [classId, source, labelledAt, kept = 0] = label;
    const sql = "INSERT OR REPLACE INTO labels (project_id, content_id, class_id, source, labelled_at, kept) VALUES (?, ?, ?, ?, ?, ?)";
    write(store, sql, projectId, contentId, classId, source, labelledAt, kept);
  }
}
