/** @file An export on its way: what, of which pictures, where to, what a dry run says of it, and what came of it. Nothing is written before "Export". */
import type { LabelProject } from "#protocol/label-model.ts";
import type {
  ExportClasses,
  ExportedClassifier,
  ExportedData,
  ExportedEncoder,
  ExportedReport,
  ExportFormat,
  ImageId,
  Placement,
  SmallerForm,
} from "#protocol/model.ts";

import { dialogs } from "./dialogs.svelte.ts";
import { encoders } from "./encoders.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { joinOut, splitOut, suggestedName, type ExportKind } from "./export-form.ts";
import { images } from "./images.svelte.ts";
import { reason } from "./notices.svelte.ts";
import { picker } from "./picker.svelte.ts";
import { selection } from "./selection.svelte.ts";

export type ExportScope = "selected" | "shown" | "all";

/** What was written, to be shown. */
export type ExportResult =
  | { readonly kind: "data"; readonly data: ExportedData }
  | { readonly kind: "report"; readonly report: ExportedReport }
  | { readonly kind: "encoder"; readonly encoder: ExportedEncoder }
  | { readonly kind: "classifier"; readonly classifier: ExportedClassifier };

const pauseMs = 300;

class Exporting {
  kind = $state<ExportKind>("data");
  scope = $state<ExportScope>("all");
  format = $state<ExportFormat>("csv");
  /** "": labels where there are some, else clusters. */
  by = $state<ExportClasses | "">("");
  placement = $state<Placement>("copy");
  pictures = $state(true);
  encoder = $state("");
  featureMaps = $state(false);
  smaller = $state.raw<readonly SmallerForm[]>([]);
  projects = $state.raw<readonly LabelProject[]>([]);
  project = $state<LabelProject["id"] | null>(null);
  threshold = $state(0.5);
  out = $state("");
  /** What a dry run says, and what stands in the way. */
  preview = $state.raw<ExportedData | null>(null);
  problem = $state<string | null>(null);
  /** A file of this name is there already and would be written over. */
  overwrites = $state(false);
  busy = $state(false);
  result = $state.raw<ExportResult | null>(null);
  readonly suggested = $derived(
    suggestedName(this.kind, { format: this.format, encoder: this.encoder, collection: engine.collection?.name ?? "" }),
  );
  /** Projects with at least two labelled classes. */
  readonly learnable = $derived(this.projects.filter(({ classes }) => classes.filter(({ count }) => count > 0).length > 1));
  /** Why there is nothing to write; null where there is something. */
  readonly nothing = $derived.by(() => {
    if (this.kind === "encoder") return null;
    if (images.columns.count === 0) return "There are no pictures yet. Once some have been read, they can be written down for others.";
    if (this.kind !== "classifier" || this.learnable.length > 0) return null;
    return "A classifier is made of labels: give at least two classes to some pictures first. Then it is exported with the encoder, so that others can use it without this app.";
  });
  readonly ready = $derived(
    !this.busy &&
      this.nothing === null &&
      this.out.trim() !== "" &&
      this.problem === null &&
      (this.kind !== "classifier" || this.project !== null) &&
      (this.kind !== "encoder" || this.encoder !== ""),
  );
  #folder = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: AbortController | null = null;

  /** Opens the dialog; what was set before stays. */
  async begin(kind: ExportKind, encoder = ""): Promise<void> {
    this.kind = kind;
    this.encoder = encoder !== "" ? encoder : this.encoder === "" ? (engine.collection?.encoder.id ?? "") : this.encoder;
    this.scope = selection.size > 1 ? "selected" : images.filtered ? "shown" : "all";
    this.result = null;
    this.problem = null;
    this.preview = null;
    this.#rename();
    dialogs.show("export");
    try {
      await encoders.read();
      this.projects = (await engine.call("labels.projects", {})).projects;
      this.project = this.learnable.find(({ id }) => id === this.project)?.id ?? this.learnable[0]?.id ?? null;
    } catch (error) {
      this.problem = reason(error);
    }
    this.look();
  }

  /** Shows what a job wrote. */
  show(result: ExportResult): void {
    this.result = result;
    dialogs.show("export");
  }

  choose(kind: ExportKind): void {
    this.kind = kind;
    this.#rename();
    this.look();
  }

  chooseFormat(format: ExportFormat): void {
    this.format = format;
    this.#rename();
    this.look();
  }

  chooseEncoder(id: string): void {
    this.encoder = id;
    this.#rename();
  }

  async choosePlace(): Promise<void> {
    const folder = await picker.ask({ kind: "folder", title: "Choose where it goes", action: "Choose this folder" });
    if (folder === null) return;
    this.#folder = folder;
    this.out = joinOut(folder, this.suggested);
    this.look();
  }

  type(out: string): void {
    this.out = out;
    this.look();
  }

  /** Ids of the pictures that are meant; null: all. */
  ids(): Int32Array | null {
    if (this.scope === "all") return null;
    const ids: readonly ImageId[] = this.scope === "selected" ? selection.ids() : [...images.passing].map((index) => images.idAt(index));
    return Int32Array.from(ids);
  }

  /** A dry run, a moment later. */
  look(): void {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.problem = null;
    this.preview = null;
    this.overwrites = false;
    if (this.out.trim() !== "") this.#timer = setTimeout(() => void this.#try(), pauseMs);
  }

  async run(): Promise<void> {
    const out = this.out.trim();
    this.busy = true;
    const stop = new AbortController();
    this.#stop = stop;
    const signal = { signal: stop.signal };
    try {
      if (this.kind === "data" && this.format === "folders") {
        const { format: _, ...request } = this.#dataRequest(out);
        await engine.call("export.startFolders", { ...request, placement: this.placement });
        dialogs.close();
      } else if (this.kind === "data")
        this.result = { kind: "data", data: await engine.call("export.data", this.#dataRequest(out), signal) };
      else if (this.kind === "report")
        this.result = { kind: "report", report: await engine.call("export.report", { out, pictures: this.pictures }, signal) };
      else if (this.kind === "encoder") {
        const { encoder, featureMaps, smaller } = this;
        await engine.call("export.startEncoder", { encoder, folder: out, featureMaps, smaller: [...smaller] });
        dialogs.close();
      } else if (this.project !== null) {
        const { project, threshold } = this;
        this.result = {
          kind: "classifier",
          classifier: await engine.call("export.classifier", { project, folder: out, threshold }, signal),
        };
      }
    } catch (error) {
      if (!stop.signal.aborted) this.problem = reason(error);
    } finally {
      this.busy = false;
    }
  }

  /** Stops what runs in the dialog; nothing half written stays. */
  cancel(): void {
    this.#stop?.abort();
    dialogs.close();
  }

  async #try(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    const out = this.out.trim();
    try {
      const { folder, name } = splitOut(out);
      const ending = name.split(".").at(-1) ?? "";
      if (this.kind === "data") {
        const preview = await engine.call("export.data", { ...this.#dataRequest(out), dryRun: true }, { signal: stop.signal });
        if (!stop.signal.aborted) this.preview = preview;
      }
      if (this.kind === "report" || (this.kind === "data" && this.format !== "folders")) {
        const { files } = await engine.call("folders.list", { path: folder, endings: [ending], hidden: true }, { signal: stop.signal });
        if (!stop.signal.aborted) this.overwrites = files.some((file) => file.name === name);
      }
    } catch (error) {
      if (!stop.signal.aborted) this.problem = reason(error);
    }
  }

  #dataRequest(out: string): { format: ExportFormat; out: string; images?: Int32Array; by?: ExportClasses; placement?: Placement } {
    const ids = this.ids();
    const sorted = this.format === "coco" || this.format === "folders";
    return {
      format: this.format,
      out,
      ...(ids !== null && { images: ids }),
      ...(sorted && this.by !== "" && { by: this.by }),
      ...(this.format === "folders" && { placement: this.placement }),
    };
  }

  /** A name that was suggested follows what is chosen. */
  #rename(): void {
    if (this.#folder !== "") this.out = joinOut(this.#folder, this.suggested);
  }
}

export const exporting = new Exporting();
