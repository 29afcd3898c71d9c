/**
 * @file What can be done with labels: projects and their classes, labels on images, undo and redo, tables in and out. Labels are kept by content (store/queries/labels.ts); every change but making,
 * renaming and removing a project is a step that can be undone.
 */
import type {
  ClassKind,
  LabelColumns,
  LabelImport,
  LabelProject,
  LabelTablePreview,
  LabelSource,
  MadeClass,
} from "#protocol/label-model.ts";
import type { ClassId, ProjectId } from "#protocol/model.ts";
import { labelSources, noLabel } from "#protocol/label-model.ts";

import { UserError } from "./base/errors.ts";
import type { Collection } from "./collection.ts";
import type { Engine } from "./engine.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import { colourOf } from "./map/palette.ts";
import { labelsFromFolders, writeLabelsTable } from "./stages/label-tables.ts";
import { matchLabelsTable, readLabelsTable, type TableFile } from "./stages/labels-table.ts";
import type { WriteStore } from "./store/database.ts";
import { nextRedo, nextUndo, redoStep, takeStep, undoStep, type Assignment, type StepWork } from "./store/queries/label-journal.ts";
import {
  classById,
  countLabels,
  createProject,
  deleteProject,
  listClasses,
  listLabels,
  listProjects,
  projectById,
  renameProject,
  type ClassRow,
} from "./store/queries/labels.ts";

export interface LabelActions {
  projects(): LabelProject[];
  project(id: ProjectId): LabelProject;
  /** The one of this name, made where it is missing. */
  projectNamed(name: string): LabelProject;
  createProject(name: string): LabelProject;
  renameProject(id: ProjectId, name: string): LabelProject;
  removeProject(id: ProjectId): void;
  createClass(given: NewClass): { project: LabelProject; class: ClassId };
  changeClass(id: ClassId, to: { name?: string | undefined; colour?: number | undefined; key?: number | undefined }): LabelProject;
  removeClass(id: ClassId): LabelProject;
  /** Gives images a class, or takes their labels away where it is null; `make` is a class that comes with the label. */
  set(given: {
    project: ProjectId;
    images: Int32Array;
    class: ClassId | null;
    make?: MadeClass | undefined;
    source: LabelSource;
  }): LabelProject;
  /** Says that the labels of these images are right: they are not asked about again until they change. */
  keep(given: { project: ProjectId; images: Int32Array }): LabelProject;
  /** Many classes at once, by content. */
  setContents(given: { project: ProjectId; what: string; assignments: readonly Assignment[]; source: LabelSource }): LabelProject;
  undo(id: ProjectId): { project: LabelProject; what: string | null };
  redo(id: ProjectId): { project: LabelProject; what: string | null };
  read(id: ProjectId): LabelColumns;
  importFile(id: ProjectId, file: TableFile): LabelImport;
  /** What importing would do; nothing is changed. @param id null: a project that is still to be made */
  previewFile(id: ProjectId | null, file: TableFile): LabelTablePreview;
  importFolders(id: ProjectId): LabelImport;
  exportFile(id: ProjectId, path: string): LabelImport;
}

export interface NewClass {
  readonly project: ProjectId;
  readonly name: string;
  readonly kind?: ClassKind | undefined;
  readonly colour?: number | undefined;
  readonly key?: number | undefined;
}

export function createLabelActions(engine: Engine): LabelActions {
  const collection = (): Collection => engine.requireCollection();
  const writable = (): WriteStore => {
    requireRunner(engine.jobs, engine.collection !== null);
    return collection().store as WriteStore;
  };
  const changed = (): void => engine.emit("changed", { version: collection().version, what: ["labels"] });
  const requireProject = (id: ProjectId): void => {
    if (!projectById(collection().store, id)) throw new UserError("project-unknown", `There is no project ${id} in this collection.`);
  };
  const requireClass = (id: ClassId): ClassRow => {
    const row = classById(collection().store, id);
    if (!row) throw new UserError("class-unknown", `There is no class ${id} in this collection (any more).`);
    return row;
  };
  const step = (projectId: number, what: string, work: (work: StepWork) => void): LabelProject => {
    takeStep(writable(), { projectId, what, nowMs: engine.clock.now() }, work);
    changed();
    return actions.project(projectId as ProjectId);
  };
  /** Labels contents by name, as one step; classes that are missing are made. */
  const importNamed = (id: ProjectId, found: NamedLabels, source: LabelSource): LabelImport => {
    requireProject(id);
    const { contentIds, labels, names } = found;
    step(id, `import ${contentIds.length} labels`, (work) => {
      const classes = listClasses(collection().store, id);
      const ids = names.map((name) => classes.find((each) => each.name === name)?.id ?? addClass(work, classes, { name, kind: "normal" }));
      work.label(Array.from(contentIds, (contentId, at) => ({ contentId, classId: ids[labels[at]] })), source); // prettier-ignore
    });
    return summarise(contentIds, labels, names, found.unknown);
  };
  const actions: LabelActions = {
    projects: () => listProjects(collection().store).map(({ id }) => actions.project(id as ProjectId)),
    project: (id) => {
      requireProject(id);
      return describeProject(collection(), id);
    },
    projectNamed: (name) => {
      const known = listProjects(collection().store).find((each) => each.name === name);
      return known ? actions.project(known.id as ProjectId) : actions.createProject(name);
    },
    createProject: (name) => {
      requireFree(name, listProjects(collection().store), "project");
      const id = createProject(writable(), name.trim(), engine.clock.now());
      changed();
      return actions.project(id as ProjectId);
    },
    renameProject: (id, name) => {
      requireProject(id);
      requireFree(name, listProjects(collection().store).filter((each) => each.id !== id), "project"); // prettier-ignore
      renameProject(writable(), id, name.trim());
      changed();
      return actions.project(id);
    },
    removeProject: (id) => {
      requireProject(id);
      deleteProject(writable(), id);
      changed();
    },
    createClass: ({ project, name, kind = "normal", colour, key }) => {
      requireProject(project);
      const classes = listClasses(collection().store, project);
      requireRoom(classes, { name, kind, key });
      let id = 0;
      const made = step(project, `make the class ${name.trim()}`, (work) => (id = addClass(work, classes, { name: name.trim(), kind, colour, key }))); // prettier-ignore
      return { project: made, class: id as ClassId };
    },
    changeClass: (id, { name, colour, key }) => {
      const row = requireClass(id);
      const others = listClasses(collection().store, row.project_id).filter((each) => each.id !== id);
      if (name !== undefined) requireFree(name, others, "class");
      return step(row.project_id, `change the class ${row.name}`, (work) => {
        const holder = key === undefined || key === 0 ? undefined : others.find((each) => each.key === key);
        if (holder) work.changeClass(holder.id, { key: null });
        work.changeClass(id, {
          ...(name === undefined ? {} : { name: name.trim() }),
          ...(colour === undefined ? {} : { colour }),
          ...(key === undefined ? {} : { key: key === 0 ? null : key }),
        });
      });
    },
    removeClass: (id) => {
      const row = requireClass(id);
      const its = listLabels(collection().store, row.project_id).filter(({ classId }) => classId === id);
      return step(row.project_id, `remove the class ${row.name}`, (work) => {
        work.label(its.map(({ contentId }) => ({ contentId, classId: null })), "clicked"); // prettier-ignore
        work.removeClass(id);
      });
    },
    set: ({ project, images, class: classId, make, source }) => {
      requireProject(project);
      const classes = listClasses(collection().store, project);
      if (make) requireRoom(classes, { kind: "normal", ...make });
      const name = make?.name.trim() ?? (classId === null ? null : requireOwn(requireClass(classId), project).name);
      const contents = contentsOf(collection(), images);
      const which = `${contents.length === 1 ? "an image" : `${contents.length} images`}`;
      return step(project, name === null ? `take the label off ${which}` : `label ${which} ${name}`, (work) => {
        const given = make ? addClass(work, classes, { kind: "normal", ...make, name: make.name.trim() }) : classId;
        work.label(contents.map((contentId) => ({ contentId, classId: given })), source); // prettier-ignore
      });
    },
    keep: ({ project, images }) => {
      requireProject(project);
      const contents = contentsOf(collection(), images);
      const what = contents.length === 1 ? "keep the label of an image" : `keep the labels of ${contents.length} images`;
      return step(project, what, (work) => work.keep(contents));
    },
    setContents: ({ project, what, assignments, source }) => {
      requireProject(project);
      return step(project, what, (work) => work.label(assignments, source));
    },
    undo: (id) => {
      requireProject(id);
      const what = undoStep(writable(), id);
      changed();
      return { project: actions.project(id), what };
    },
    redo: (id) => {
      requireProject(id);
      const what = redoStep(writable(), id);
      changed();
      return { project: actions.project(id), what };
    },
    read: (id) => {
      requireProject(id);
      return readColumns(collection(), id);
    },
    importFile: (id, file) => importNamed(id, readLabelsTable(collection().store, file, 1), "imported-csv"),
    previewFile: (id, file) => {
      if (id !== null) requireProject(id);
      return previewTable(collection().store, id, file);
    },
    importFolders: (id) => importNamed(id, labelsFromFolders(collection().store), "imported-folders"),
    exportFile: (id, path) => {
      requireProject(id);
      const { store } = collection();
      const classes = listClasses(store, id);
      const rows = writeLabelsTable(store, path, { classes, labels: listLabels(store, id) });
      const kept = classes.filter(({ id: classId }) => rows.some((row) => row.classId === classId));
      const labels = Int32Array.from(rows, (row) => kept.findIndex((each) => each.id === row.classId));
      return summarise(Int32Array.from(rows, ({ contentId }) => contentId), labels, kept.map(({ name }) => name), []); // prettier-ignore
    },
  };
  return actions;
}

/** The labels of the first project that has any, for whoever writes images down; null where there are none. */
export function labelOfContent({ store }: Collection): ((contentId: number) => string | null) | null {
  for (const { id } of listProjects(store)) {
    const nameOf = new Map(listClasses(store, id).map((each) => [each.id, each.name]));
    const names = new Map(listLabels(store, id).map(({ contentId, classId }) => [contentId, nameOf.get(classId) ?? null]));
    if (names.size > 0) return (contentId) => names.get(contentId) ?? null;
  }
  return null;
}

interface NamedLabels {
  readonly contentIds: Int32Array;
  /** Of each content: position in `names`. */
  readonly labels: Int32Array;
  readonly names: readonly string[];
  readonly unknown: readonly string[];
}

function summarise(contentIds: Int32Array, labels: Int32Array, names: readonly string[], unmatched: readonly string[]): LabelImport {
  const counts = new Int32Array(names.length);
  for (const label of labels) counts[label]++;
  return { images: contentIds.length, classes: names.map((name, at) => ({ name, count: counts[at] })), unmatched };
}

function previewTable(store: Collection["store"], id: ProjectId | null, file: TableFile): LabelTablePreview {
  const { contentIds, labels, names, unknown, rows, matched } = matchLabelsTable(store, file);
  const nameOf = new Map((id === null ? [] : listClasses(store, id)).map((row) => [row.id, row.name]));
  const labelled = new Map((id === null ? [] : listLabels(store, id)).map(({ contentId, classId }) => [contentId, nameOf.get(classId)]));
  const fresh = new Set(names);
  for (const name of nameOf.values()) fresh.delete(name);
  const relabelled = contentIds.filter((contentId, at) => (labelled.get(contentId) ?? names[labels[at]]) !== names[labels[at]]).length;
  return { ...summarise(contentIds, labels, names, unknown), rows, matched, relabelled, newClasses: [...fresh] };
}

/** With the next free colour and key where none is given. `classes` grows. */
function addClass(
  work: StepWork,
  classes: ClassRow[],
  given: Pick<ClassRow, "name" | "kind"> & { colour?: number | undefined; key?: number | undefined },
): number {
  const { name, kind } = given;
  const free = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((key) => !classes.some((each) => each.key === key)) ?? null;
  const key = given.key ?? (kind === "normal" ? free : null);
  const colour = given.colour ?? (kind === "normal" ? nextColour(classes) : 0x808080);
  const id = work.addClass({ name, kind, colour, key });
  classes.push({ id, project_id: 0, name, kind, colour, key });
  return id;
}

function nextColour(classes: readonly ClassRow[]): number {
  const taken = new Set(classes.map(({ colour }) => colour));
  for (let index = 0; ; index++) {
    const [red, green, blue] = colourOf(index);
    const colour = (red << 16) | (green << 8) | blue;
    if (!taken.has(colour) || index > classes.length) return colour;
  }
}

function describeProject({ store }: Collection, id: ProjectId): LabelProject {
  const counts = countLabels(store, id);
  const classes = listClasses(store, id).map((row) => {
    const bySource = Object.fromEntries(
      labelSources.map((source) => [source, counts.find((each) => each.class_id === row.id && each.source === source)?.count ?? 0]),
    ) as Record<LabelSource, number>;
    const count = Object.values(bySource).reduce((sum, each) => sum + each, 0);
    return { id: row.id as ClassId, name: row.name, colour: row.colour, key: row.key, kind: row.kind, count, bySource };
  });
  const name = projectById(store, id)?.name ?? "";
  return { id, name, classes, undo: nextUndo(store, id)?.what ?? null, redo: nextRedo(store, id)?.what ?? null };
}

function readColumns(collection: Collection, id: ProjectId): LabelColumns {
  const { columns, ofContent } = collection.catalogue();
  const classes = new Uint16Array(columns.count).fill(noLabel.class);
  const sources = new Uint8Array(columns.count).fill(noLabel.source);
  const placeOf = new Map(listClasses(collection.store, id).map((row, place) => [row.id, place]));
  for (const { contentId, classId, source } of listLabels(collection.store, id))
    for (const position of ofContent.get(contentId) ?? []) {
      classes[position] = placeOf.get(classId) ?? noLabel.class;
      sources[position] = labelSources.indexOf(source);
    }
  return { version: columns.version, count: columns.count, classes, sources };
}

/** Each content once. */
function contentsOf(collection: Collection, images: Int32Array): number[] {
  const { contentIds, positions } = collection.catalogue();
  const contents = Array.from(images, (id) => {
    const position = positions.get(id);
    if (position === undefined) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
    return contentIds[position];
  });
  return [...new Set(contents)];
}

function requireOwn(row: ClassRow, project: ProjectId): ClassRow {
  if (row.project_id !== project)
    throw new UserError("class-unknown", `The class ${row.name} belongs to project ${row.project_id}; expected one of project ${project}.`);
  return row;
}

/** That a class like this one may come to the others. */
function requireRoom(classes: readonly ClassRow[], { name, kind, key }: Omit<NewClass, "project" | "colour">): void {
  requireFree(name, classes, "class");
  if (kind === "none-of-these" && classes.some((each) => each.kind === kind))
    throw new UserError("class-exists", `The project has a class for "not any of these" already; expected one at most.`);
  if (key !== undefined && classes.some((each) => each.key === key))
    throw new UserError("key-taken", `The key ${key} gives another class; expected a free one.`);
}

function requireFree(name: string, others: readonly { readonly name: string }[], what: string): void {
  if (name.trim() === "") throw new UserError("name-empty", `The name of the ${what} is empty.`);
  if (others.some((each) => each.name === name.trim()))
    throw new UserError(`${what}-exists`, `There is a ${what} "${name.trim()}" already; expected another name.`);
}
