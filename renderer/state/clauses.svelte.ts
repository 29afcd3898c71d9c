/**
 * @file The terms of the filter that the engine answers: facts of pictures and files. What passes stays on show until the answer for changed terms is there; the
 * latest question wins.
 */
import { writeQuery, type QueryTerm } from "#protocol/query.ts";

import { engine } from "./engine.svelte.ts";
import { images } from "./images.svelte.ts";
import { reason } from "./notices.svelte.ts";

const none: readonly QueryTerm[] = [];

class Clauses {
  readonly terms = $derived(images.filter.clauses?.terms ?? none);
  /** Why the present terms could not be answered. */
  failed = $state<string | null>(null);
  #stop: AbortController | null = null;

  /** In place of the term at a place, or behind the last; null takes it away. */
  replace(at: number, term: QueryTerm | null): void {
    this.set(
      term === null ? this.terms.filter((_, place) => place !== at) : [...this.terms.slice(0, at), term, ...this.terms.slice(at + 1)],
    );
  }

  set(terms: readonly QueryTerm[]): void {
    this.#stop?.abort();
    this.failed = null;
    if (terms.length === 0) {
      images.setFilter({ clauses: null });
      return;
    }
    images.setFilter({ clauses: { terms, ids: images.filter.clauses?.ids ?? null } });
    void this.#ask(terms);
  }

  /** Other pictures, labels or views may pass now. */
  again(): void {
    if (this.terms.length === 0) return;
    this.#stop?.abort();
    void this.#ask(this.terms);
  }

  reset(): void {
    this.#stop?.abort();
    this.failed = null;
  }

  async #ask(terms: readonly QueryTerm[]): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const ids = await idsOf(terms, stop.signal);
      if (stop.signal.aborted) return;
      this.failed = null;
      images.setFilter({ clauses: { terms, ids } });
    } catch (error) {
      if (stop.signal.aborted) return;
      this.failed = reason(error);
      images.setFilter({ clauses: { terms, ids: new Set() } });
    }
  }
}

/** Ids that pass all of these. */
export async function idsOf(terms: readonly QueryTerm[], signal?: AbortSignal): Promise<ReadonlySet<number>> {
  const { ids } = await engine.call("images.select", { query: writeQuery(terms) }, signal && { signal });
  return new Set(ids);
}

export const clauses = new Clauses();
