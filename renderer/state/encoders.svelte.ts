/** @file The encoders at hand and what the open collection has of each; use another, go back, remove. */
import type { EncoderListing } from "#protocol/encoder-contract.ts";
import type { EncoderId } from "#protocol/model.ts";

import { counted } from "../widgets/format.ts";
import { dialogs } from "./dialogs.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { jobs } from "./jobs.svelte.ts";
import { notices, reason } from "./notices.svelte.ts";
import { Turns } from "./turns.ts";

class Encoders {
  list = $state.raw<readonly EncoderListing[]>([]);
  previous = $state<EncoderId | null>(null);
  known = $state(false);
  failed = $state<string | null>(null);
  readonly current = $derived(this.list.find(({ id }) => id === engine.collection?.encoder.id) ?? null);
  readonly before = $derived(this.list.find(({ id }) => id === this.previous) ?? null);
  /** The one that the dialog is about. */
  asked = $state<EncoderId | null>(null);
  readonly #turns = new Turns();

  /** Reads the list again; calls while reading are answered by one more read. */
  read(): Promise<void> {
    return this.#turns.take(
      async () => {
        const { encoders, previous } = await engine.call("encoders.list", {});
        this.list = encoders;
        this.previous = previous;
        this.known = true;
        this.failed = null;
      },
      {
        failed: (error) => {
          this.failed = reason(error);
        },
      },
    );
  }

  /** Being brought to the collection now. */
  isComing(id: EncoderId): boolean {
    return jobs.active.some((job) => job.kind === "index" && job.title === `Apply ${id}`);
  }

  /** Embeds what it has not seen, then the collection uses it: a job of the strip. */
  async use(id: EncoderId): Promise<void> {
    try {
      await engine.call("encoders.apply", { encoder: id });
    } catch (error) {
      notices.fail("The encoder could not be used", error);
    }
  }

  /** At once where it has seen all pictures, else after a question. */
  async choose(encoder: EncoderListing): Promise<void> {
    if ((encoder.use?.unseen ?? 0) === 0) {
      await this.use(encoder.id);
      return;
    }
    this.asked = encoder.id;
    dialogs.show("encoder");
  }

  async revert(): Promise<void> {
    try {
      const { encoder, unseen } = await engine.call("encoders.revert", {});
      notices.tell(
        unseen === 0
          ? `The collection uses ${encoder.name} again, as it was.`
          : `The collection uses ${encoder.name} again. ${counted(unseen, "picture")} came since and are not embedded with it: look for changes to catch up.`,
      );
      await engine.refresh();
      await this.read();
    } catch (error) {
      notices.fail("The encoder of before could not be used again", error);
    }
  }

  async remove(id: EncoderId): Promise<void> {
    try {
      await engine.call("encoders.remove", { encoder: id });
      await this.read();
    } catch (error) {
      notices.fail("The encoder could not be removed", error);
    }
  }
}

export const encoders = new Encoders();

/** "comes with Likeness", "imported", "trained here". */
export function originWords(source: string): string {
  return { bundled: "comes with Likeness", imported: "imported", trained: "trained on your images" }[source] ?? source;
}

/** How many pictures it has seen; null where no collection is open. */
export function useWords(use: EncoderListing["use"]): string | null {
  if (use === null) return null;
  const { embedded, unseen } = use;
  if (embedded + unseen === 0) return "There are no pictures to embed yet.";
  if (unseen === 0) return `All ${counted(embedded, "picture")} of this collection are embedded.`;
  if (embedded === 0) return `None of the ${counted(unseen, "picture")} of this collection is embedded yet.`;
  return `${counted(embedded, "picture")} of this collection are embedded, ${counted(unseen, "picture")} not yet.`;
}
