/**
 * @file One selection for the whole app: a set of images, the current one (details, keyboard) and the anchor of ranges. Views pass the
 * order in which they show images; the selection knows nothing else about them.
 */
import type { ImageId } from "#protocol/model.ts";

/** The images of a view by position. */
export interface Sequence {
  readonly length: number;
  idAt(position: number): ImageId;
  /** -1 when it is not shown. */
  positionOf(id: ImageId): number;
}

export type SelectMode = "only" | "toggle" | "range";

class Selection {
  #set = new Set<ImageId>();
  #version = $state(0);
  current = $state<ImageId | null>(null);
  #anchor: ImageId | null = null;

  get size(): number {
    void this.#version;
    return this.#set.size;
  }

  has(id: ImageId): boolean {
    void this.#version;
    return this.#set.has(id);
  }

  ids(): ImageId[] {
    void this.#version;
    return [...this.#set];
  }

  choose(sequence: Sequence, id: ImageId, mode: SelectMode): void {
    const anchor = this.#anchor === null ? -1 : sequence.positionOf(this.#anchor);
    if (mode === "range" && anchor >= 0) {
      const position = sequence.positionOf(id);
      this.#set = new Set();
      for (let other = Math.min(anchor, position); other <= Math.max(anchor, position); other++) this.#set.add(sequence.idAt(other));
    } else if (mode === "toggle") {
      if (!this.#set.delete(id)) this.#set.add(id);
      this.#anchor = id;
    } else {
      this.#set = new Set([id]);
      this.#anchor = id;
    }
    this.current = id;
    this.#version++;
  }

  /** Moves the current image without touching the set (Ctrl and an arrow). */
  moveTo(id: ImageId): void {
    this.current = id;
  }

  selectAll(sequence: Sequence): void {
    this.#set = new Set();
    for (let position = 0; position < sequence.length; position++) this.#set.add(sequence.idAt(position));
    this.#version++;
  }

  /** Replaces the set (a lasso) or adds to it. */
  set(ids: Iterable<ImageId>, add = false): void {
    this.#set = new Set(add ? [...this.#set, ...ids] : ids);
    this.#version++;
  }

  clear(): void {
    this.#set = new Set();
    this.#anchor = null;
    this.#version++;
  }

  /** Another collection: forget everything. */
  reset(): void {
    this.clear();
    this.current = null;
  }
}

export const selection = new Selection();
