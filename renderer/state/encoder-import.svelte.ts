/** @file An encoder on its way in: the form, and what a look at it finds, asked again whenever something is changed. Nothing is kept before "Take in". */
import type { EncoderInspection } from "#protocol/encoder-contract.ts";
import type { EncoderId } from "#protocol/model.ts";

import { electronBridge } from "../client/bridge.ts";
import { encoders } from "./encoders.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { emptyForm, formProblems, requestOf, rolesOf, type ImportForm } from "./import-form.ts";
import { notices, reason } from "./notices.svelte.ts";
import { picker } from "./picker.svelte.ts";
import { route } from "./route.svelte.ts";

const pauseMs = 350;
/** Bytes that go through the connection at once; what is larger is chosen by its path. */
const mostBytes = 200e6;

class EncoderImport {
  form = $state.raw<ImportForm>(emptyForm);
  found = $state.raw<EncoderInspection | null>(null);
  /** Why there is nothing to see. */
  failed = $state<string | null>(null);
  looking = $state(false);
  keeping = $state(false);
  readonly problems = $derived(formProblems(this.form));
  readonly ready = $derived(
    !this.looking && !this.keeping && this.found !== null && this.found.problem === null && Object.keys(this.problems).length === 0,
  );
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: AbortController | null = null;

  /** Begins with this file. */
  begin(roles: Partial<ImportForm>): void {
    this.form = { ...emptyForm, ...roles };
    this.found = null;
    this.failed = null;
    route.go("encoders", "import");
    this.#look(0);
  }

  change(change: Partial<ImportForm>): void {
    // Another tensor has another shape, so the pooling starts over.
    this.form = { ...this.form, ...(change.output !== undefined && { pooling: "" as const }), ...change };
    // A name changes nothing that is looked at.
    if (Object.keys(change).some((key) => key !== "name")) this.#look(pauseMs);
  }

  async choose(hint = ""): Promise<void> {
    const file = await picker.ask({ kind: "file", title: "Choose an ONNX file", action: "Look at it", endings: ["onnx"], hint });
    if (file !== null) this.begin({ file });
  }

  async take(files: readonly File[]): Promise<void> {
    const host = electronBridge();
    try {
      if (host !== null) {
        this.begin(rolesOf(files.map((file) => host.pathForFile(file))));
        return;
      }
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      if (bytes > mostBytes) {
        await this.choose(
          `A browser does not tell where a dropped file is, and this one is too large to be handed over. Please choose it here.`,
        );
        return;
      }
      const given = await Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
      const { paths } = await engine.call("encoders.receive", { files: given });
      this.begin(rolesOf(paths));
    } catch (error) {
      notices.fail("The dropped file could not be read", error);
    }
  }

  /** Takes it in; the id of the encoder, null where it could not be. */
  async keep(): Promise<EncoderId | null> {
    this.keeping = true;
    try {
      const { encoder } = await engine.call("encoders.import", requestOf(this.form));
      await encoders.read();
      notices.tell(`${encoder.name} is at hand.`);
      this.leave();
      return encoder.id;
    } catch (error) {
      notices.fail("The encoder was not taken in", error);
      return null;
    } finally {
      this.keeping = false;
    }
  }

  leave(): void {
    this.#stop?.abort();
    clearTimeout(this.#timer);
    this.form = emptyForm;
    this.found = null;
    this.looking = false;
    route.go("encoders");
  }

  #look(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.looking = false;
    if (this.form.file === "" || Object.keys(this.problems).length > 0) return;
    this.looking = true;
    this.#timer = setTimeout(() => void this.#ask(), delayMs);
  }

  async #ask(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const found = await engine.call("encoders.inspect", requestOf(this.form), { signal: stop.signal });
      if (stop.signal.aborted) return;
      this.found = found;
      this.failed = null;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.failed = reason(error);
    }
    this.looking = false;
  }
}

export const encoderImport = new EncoderImport();
