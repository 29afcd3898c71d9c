/** @file The large view: which image is open and along which sequence the arrows go. The view below stays where it was. */
import type { ImageId } from "#protocol/model.ts";

import type { Rectangle } from "../widgets/zoom.ts";
import { selection, type Sequence } from "./selection.svelte.ts";

/** Shares of the picture; undefined where nothing was looked for in it. */
type BoxOf = (id: ImageId) => Rectangle | undefined;

class Viewer {
  id = $state<ImageId | null>(null);
  sequence = $state.raw<Sequence | null>(null);
  /** Where in a picture the thing is that was looked for. */
  #boxOf = $state.raw<BoxOf | null>(null);
  readonly box = $derived(this.id === null ? null : (this.#boxOf?.(this.id) ?? null));
  readonly position = $derived(this.id === null ? -1 : (this.sequence?.positionOf(this.id) ?? -1));

  open(id: ImageId, sequence: Sequence, boxOf: BoxOf | null = null): void {
    this.id = id;
    this.sequence = sequence;
    this.#boxOf = boxOf;
  }

  /** The image `offset` places on, null at the ends. */
  at(offset: number): ImageId | null {
    const target = this.position + offset;
    return this.sequence !== null && this.position >= 0 && target >= 0 && target < this.sequence.length ? this.sequence.idAt(target) : null;
  }

  go(offset: number): void {
    const id = this.at(offset);
    if (id === null || this.sequence === null) return;
    this.id = id;
    selection.choose(this.sequence, id, "only");
  }

  close(): void {
    this.id = null;
    this.sequence = null;
    this.#boxOf = null;
  }
}

export const viewer = new Viewer();
