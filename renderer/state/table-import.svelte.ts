/** @file A table of labels on its way in: where it is, and how much of it is known here. Nothing is labelled before a person takes it. */
import type { LabelTablePreview } from "#protocol/label-model.ts";

import { electronBridge } from "../client/bridge.ts";
import { dialogs } from "./dialogs.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { labels } from "./labels.svelte.ts";
import { reason } from "./notices.svelte.ts";
import { picker } from "./picker.svelte.ts";
import { route } from "./route.svelte.ts";

export const tableEndings = ["csv", "tsv", "txt"];

/** `bytes`: it was dropped into a browser, which tells its name and not its place. */
export interface TableFile {
  readonly path: string;
  readonly bytes?: Uint8Array;
}

/** Whether a dropped file is a table of labels: no picture and no encoder has these names. */
export function isTable(name: string): boolean {
  return /\.(?:csv|tsv)$/iu.test(name);
}

class TableImport {
  file = $state.raw<TableFile | null>(null);
  preview = $state.raw<LabelTablePreview | null>(null);
  /** Why there is nothing to see. */
  failed = $state<string | null>(null);
  looking = $state(false);
  /** What was asked last; answers of earlier questions are not looked at. */
  #asked = 0;

  open(): void {
    this.clear();
    if (route.view !== "classes") route.go("classes");
    dialogs.show("table");
  }

  async choose(): Promise<void> {
    const path = await picker.ask({ kind: "file", title: "Choose a table of labels", action: "Look at it", endings: tableEndings });
    if (path !== null) await this.look({ path });
  }

  /** Something was dropped. */
  async take(file: File): Promise<void> {
    if (dialogs.open !== "table") this.open();
    const path = electronBridge()?.pathForFile(file) ?? "";
    await this.look(path === "" ? { path: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } : { path });
  }

  async look(file: TableFile): Promise<void> {
    const asked = ++this.#asked;
    this.file = file;
    this.preview = null;
    this.failed = null;
    this.looking = true;
    try {
      const { project } = labels;
      const preview = await engine.call("labels.previewFile", { ...file, ...(project && { project: project.id }) });
      if (asked === this.#asked) this.preview = preview;
    } catch (error) {
      if (asked === this.#asked) this.failed = reason(error);
    }
    if (asked === this.#asked) this.looking = false;
  }

  /** What was found is about another table. */
  clear(): void {
    this.#asked++;
    this.file = null;
    this.preview = null;
    this.failed = null;
    this.looking = false;
  }
}

export const tableImport = new TableImport();
