/** @file Labels that may be mistakes, asked for again when labels changed and somebody looks; what a person keeps is not asked about again. */
import type { LabelHint } from "#protocol/label-model.ts";

import { engine } from "../../state/engine.svelte.ts";
import { images } from "../../state/images.svelte.ts";
import { labels } from "../../state/labels.svelte.ts";
import { reason } from "../../state/notices.svelte.ts";
import { Turns } from "../../state/turns.ts";

class Hints {
  #found = $state.raw<readonly LabelHint[]>([]);
  #kept = $state.raw<ReadonlySet<string>>(new Set());
  known = $state(false);
  failed = $state<string | null>(null);
  /** Without those that were answered meanwhile. */
  readonly list = $derived(this.#found.filter((hint) => !this.#kept.has(keyOf(hint)) && stillLabelled(hint)));
  readonly #turns = new Turns();

  read(): Promise<void> {
    return this.#turns.take(
      async () => {
        const { project } = labels;
        if (project === null || project.classes.filter((each) => each.count > 0).length < 2) this.#found = [];
        else this.#found = (await engine.call("fewshot.hints", { project: project.id })).hints;
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
  keep(hint: LabelHint): void {
    this.#kept = new Set([...this.#kept, keyOf(hint)]);
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
