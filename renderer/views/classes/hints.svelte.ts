/** @file Labels that may be mistakes, asked for again when labels changed and somebody looks; what a person keeps is a step of labelling like any other. */
import type { LabelHint } from "#protocol/label-model.ts";

import { engine } from "../../state/engine.svelte.ts";
import { images } from "../../state/images.svelte.ts";
import { labels } from "../../state/labels.svelte.ts";
import { reason } from "../../state/notices.svelte.ts";
import { Turns } from "../../state/turns.ts";

class Hints {
  #found = $state.raw<readonly LabelHint[]>([]);
  /** Kept a moment ago: not shown until the engine was asked again. */
  #kept = $state.raw<ReadonlySet<string>>(new Set());
  #edits = 0;
  known = $state(false);
  failed = $state<string | null>(null);
  /** Without those that were answered meanwhile. */
  readonly list = $derived(this.#found.filter((hint) => !this.#kept.has(keyOf(hint)) && stillLabelled(hint)));
  readonly #turns = new Turns();

  read(): Promise<void> {
    return this.#turns.take(
      async () => {
        const { project } = labels;
        const edits = this.#edits;
        const found =
          project === null || project.classes.filter((each) => each.count > 0).length < 2
            ? []
            : (await engine.call("fewshot.hints", { project: project.id })).hints;
        this.#found = found;
        if (edits === this.#edits) this.#kept = new Set();
        else this.#turns.ask();
      },
      {
        done: () => {
          this.failed = null;
          this.known = true;
        },
        failed: (error) => {
          this.failed = reason(error);
        },
      },
    );
  }

  /** The label is right. */
  async keep(hint: LabelHint): Promise<void> {
    this.#edits++;
    this.#kept = new Set([...this.#kept, keyOf(hint)]);
    await labels.change("The label could not be kept", (project) =>
      engine.call("labels.keep", { project: project.id, images: Int32Array.of(hint.id) }),
    );
    this.#edits++;
    await this.read();
  }
}

function stillLabelled({ id, label }: LabelHint): boolean {
  const place = labels.facts?.given[images.indexOf(id)];
  return place !== undefined && labels.classAt(place)?.id === label;
}

/** Another label of the same picture may be doubted anew. */
function keyOf({ id, label }: LabelHint): string {
  return `${engine.collection?.workspace ?? ""} ${id} ${label}`;
}

export const hints = new Hints();
