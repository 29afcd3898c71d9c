/**
 * @file Projects, classes and labels. Reading is here; what changes classes or labels is a step of the journal (label-journal.ts).
 */
import type { ClassKind, LabelSource } from "#protocol/label-model.ts";

import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, readOne, readRaw, write } from "../statements.ts";

export interface ProjectRow {
  readonly id: number;
  readonly name: string;
  readonly created_at: number;
}

export interface ClassRow {
  readonly id: number;
  readonly project_id: number;
  readonly name: string;
  /** 0xRRGGBB */
  readonly colour: number;
  /** 1..9 */
  readonly key: number | null;
  readonly kind: ClassKind;
}

export interface LabelRow {
  readonly content_id: number;
  readonly class_id: number;
  readonly source: LabelSource;
  readonly labelled_at: number;
  /** 1: a person was asked whether it is a mistake, and kept it. */
  readonly kept: 0 | 1;
}

export function createProject(store: WriteStore, name: string, nowMs: number): number {
  return write(store, "INSERT INTO label_projects (name, created_at) VALUES (?, ?)", name, nowMs).lastId;
}

export function renameProject(store: WriteStore, id: number, name: string): void {
  write(store, "UPDATE label_projects SET name = ? WHERE id = ?", name, id);
}

/** With its classes, its labels and its journal: for good. */
export function deleteProject(store: WriteStore, id: number): void {
  write(store, "DELETE FROM labels WHERE project_id = ?", id);
  write(store, "DELETE FROM label_projects WHERE id = ?", id);
}

/** In the order they were made. */
export function listProjects(store: ReadStore): ProjectRow[] {
  return readAll<ProjectRow>(store, "SELECT * FROM label_projects ORDER BY id");
}

export function projectById(store: ReadStore, id: number): ProjectRow | undefined {
  return readOne<ProjectRow>(store, "SELECT * FROM label_projects WHERE id = ?", id);
}

/** In the order they were made. */
export function listClasses(store: ReadStore, projectId: number): ClassRow[] {
  return readAll<ClassRow>(store, "SELECT * FROM label_classes WHERE project_id = ? ORDER BY id", projectId);
}

export function classById(store: ReadStore, id: number): ClassRow | undefined {
  return readOne<ClassRow>(store, "SELECT * FROM label_classes WHERE id = ?", id);
}

export function labelOf(store: ReadStore, projectId: number, contentId: number): LabelRow | undefined {
  return readOne<LabelRow>(
    store,
    "SELECT content_id, class_id, source, labelled_at, kept FROM labels WHERE project_id = ? AND content_id = ?",
    projectId,
    contentId,
  );
}

/** Every label of a project, whether an image with that content is present or not. */
export function listLabels(store: ReadStore, projectId: number): { contentId: number; classId: number; source: LabelSource }[] {
  const sql = "SELECT content_id, class_id, source FROM labels WHERE project_id = ? ORDER BY content_id";
  return readRaw<[number, number, LabelSource]>(store, sql, projectId).map(([contentId, classId, source]) => ({
    contentId,
    classId,
    source,
  }));
}

/** Contents whose label a person looked at and kept: they are not asked about again. */
export function listKeptLabels(store: ReadStore, projectId: number): number[] {
  return readRaw<[number]>(store, "SELECT content_id FROM labels WHERE project_id = ? AND kept = 1", projectId).map(([id]) => id);
}

/** Labels on contents that a present image holds, by class and source. */
export function countLabels(store: ReadStore, projectId: number): { class_id: number; source: LabelSource; count: number }[] {
  return readAll(
    store,
    `SELECT class_id, source, COUNT(*) AS count FROM labels WHERE project_id = ?
     AND content_id IN (SELECT content_id FROM files WHERE state = 'image') GROUP BY class_id, source`,
    projectId,
  );
}
