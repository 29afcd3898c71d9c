/** @file What the Classes view does with whole projects: classes from folders and tables, tables out, classes by name. */
import type { ClassKind, LabelImport, LabelProject } from "#protocol/label-model.ts";

import { engine } from "../../state/engine.svelte.ts";
import { labels } from "../../state/labels.svelte.ts";
import { notices } from "../../state/notices.svelte.ts";
import type { TableFile } from "../../state/table-import.svelte.ts";
import { counted } from "../../widgets/format.ts";
import { importWords } from "../../widgets/label-words.ts";

export function takeFromFolders(): Promise<void> {
  return bringIn("The folders could not become classes", (project) => engine.call("labels.importFolders", { project: project.id }));
}

export function importTable(file: TableFile): Promise<void> {
  return bringIn("The table could not be read", (project) => engine.call("labels.importFile", { project: project.id, ...file }));
}

export function exportTable(path: string): Promise<void> {
  return labels.change("The table could not be written", async (project) => {
    const { images } = await engine.call("labels.exportFile", { project: project.id, path });
    notices.tell(`The labels of ${counted(images, "picture")} were written to ${path}.`);
    return project;
  });
}

export function addClass(name: string, kind: ClassKind = "normal"): Promise<void> {
  return labels.change("The class could not be made", async (project) => {
    // "None of these" takes the last key, so that classes that come later keep counting on.
    const key = kind === "none-of-these" && project.classes.every((each) => each.key !== 9) ? 9 : undefined;
    return (await engine.call("labels.createClass", { project: project.id, name, kind, ...(key && { key }) })).project;
  });
}

export const noneName = "None of these";

function bringIn(failure: string, work: (project: LabelProject) => Promise<LabelImport>): Promise<void> {
  return labels.change(failure, async (project) => {
    const found = await work(project);
    notices.tell(importWords(found), { label: "Undo", run: () => labels.undo() });
    const { projects } = await engine.call("labels.projects", {});
    return projects.find(({ id }) => id === project.id) ?? project;
  });
}
