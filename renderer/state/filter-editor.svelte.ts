/**
 * @file Where a filter is being added or changed: beside which chip, and what the collection can be narrowed by, counted among what the other filters leave.
 */
import { writeQuery, type QueryTerm } from "#protocol/query.ts";
import { facetKeys, type Facet, type FacetKey } from "#protocol/view-contract.ts";

import { clauses } from "./clauses.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { queryOfFilter } from "./filter-query.ts";
import { images } from "./images.svelte.ts";
import { labels } from "./labels.svelte.ts";
import { reason } from "./notices.svelte.ts";

class FilterEditor {
  /** Null: closed. Without a key the person chooses one. */
  open = $state.raw<{ readonly key: FacetKey | null; readonly at: number } | null>(null);
  facets = $state.raw<readonly Facet[] | null>(null);
  failed = $state<string | null>(null);
  readonly term = $derived<QueryTerm | null>(this.open === null ? null : (clauses.terms[this.open.at] ?? null));
  readonly facet = $derived(
    this.open === null || this.open.key === null ? null : (this.facets?.find(({ key }) => key === this.open?.key) ?? null),
  );

  /** Offers what can be added. */
  add(): void {
    this.open = { key: null, at: clauses.terms.length };
    this.facets = null;
    void this.read();
  }

  /** Shows what can be chosen of one; a key that is filtered by already is changed, not added. */
  choose(key: FacetKey): void {
    const known = clauses.terms.findIndex((term) => term.key === key);
    this.open = { key, at: known < 0 ? clauses.terms.length : known };
  }

  /** Changes the term at a place, where it is one that can be chosen. */
  edit(at: number): void {
    const key = facetKeys.find((each) => each === clauses.terms[at]?.key);
    if (key === undefined) return;
    this.open = { key, at };
    this.facets = null;
    void this.read();
  }

  set(term: QueryTerm | null): void {
    if (this.open === null) return;
    clauses.replace(this.open.at, term);
    // What is chosen next is another term, behind the ones that are left.
    if (term === null) this.open = { ...this.open, at: clauses.terms.length };
  }

  close(): void {
    this.open = null;
  }

  async read(): Promise<void> {
    const { terms } = queryOfFilter(images.filter, (id) => labels.project?.classes.find((each) => each.id === id)?.name);
    try {
      const { facets } = await engine.call("images.facets", { query: writeQuery(terms) });
      this.facets = facets;
      this.failed = null;
    } catch (error) {
      this.failed = reason(error);
      this.facets = [];
    }
  }
}

export const filterEditor = new FilterEditor();
