/** @file Views that were given a name: kept, opened, renamed, deleted with a way back. A view is the filter, the order and where it is looked at. */
import { parseQuery, writeQuery } from "#protocol/query.ts";
import type { SavedView } from "#protocol/view-contract.ts";

import { sortOrders } from "./arrange.ts";
import { clauses } from "./clauses.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { filterOfQuery, queryOfFilter, type FilterAsQuery } from "./filter-query.ts";
import { images } from "./images.svelte.ts";
import { labels } from "./labels.svelte.ts";
import { notices } from "./notices.svelte.ts";
import { route, viewNames } from "./route.svelte.ts";
import { settings } from "./settings.svelte.ts";
import { wordSearch } from "./word-search.svelte.ts";

class SavedViews {
  list = $state.raw<readonly SavedView[]>([]);
  /** Being renamed. */
  renaming = $state.raw<SavedView | null>(null);
  /** The one that is open: its filter is the present one. */
  readonly current = $derived.by(() => {
    const query = writeQuery(this.present().terms);
    const search = searchToKeep();
    if (query === "" && search === "") return null;
    return this.list.find((view) => view.query === query && view.search === search) ?? null;
  });

  /** The present filter as a selection. */
  present(): FilterAsQuery {
    return queryOfFilter(images.filter, (id) => labels.project?.classes.find((each) => each.id === id)?.name);
  }

  reset(): void {
    this.list = [];
    this.renaming = null;
  }

  async read(): Promise<void> {
    try {
      this.list = (await engine.call("views.list", {})).views;
    } catch (error) {
      notices.fail("The saved views could not be read", error);
    }
  }

  /** @returns whether it was done */
  save(name: string): Promise<boolean> {
    const given = { name, query: writeQuery(this.present().terms), search: searchToKeep(), sort: settings.sort, view: route.view };
    return this.#change("The view could not be saved", async () => {
      this.list = (await engine.call("views.save", given)).views;
      notices.tell(`Saved as “${name.trim()}”.`, undefined, "views");
    });
  }

  rename({ id }: SavedView, name: string): Promise<boolean> {
    return this.#change("The view could not be renamed", async () => {
      this.list = (await engine.call("views.rename", { id, name })).views;
    });
  }

  delete({ id, name }: SavedView): Promise<boolean> {
    return this.#change("The view could not be deleted", async () => {
      this.list = (await engine.call("views.delete", { id })).views;
      notices.tell(`The view “${name}” is deleted.`, { label: "Undo", run: () => void this.#restore(id) }, "views");
    });
  }

  /** Its filter in place of the present one. */
  open(saved: SavedView): void {
    wordSearch.clearAll();
    const { filter, terms } = filterOfQuery(parseQuery(saved.query));
    images.setFilter(filter);
    clauses.set(terms);
    if (saved.search !== "") wordSearch.type(saved.search);
    settings.sort = sortOrders.find((sort) => sort === saved.sort) ?? settings.sort;
    const view = viewNames.find((name) => name === saved.view) ?? "library";
    // A look at one picture's neighbours is no place to come back to.
    route.go(view === "similar" ? "library" : view);
  }

  #restore(id: number): Promise<boolean> {
    return this.#change("The view could not be brought back", async () => {
      this.list = (await engine.call("views.restore", { id })).views;
    });
  }

  async #change(failed: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      notices.fail(failed, error);
      return false;
    }
  }
}

/** Words that rank by meaning; pictures that were searched with cannot be kept. */
function searchToKeep(): string {
  return images.filter.search?.ranked === undefined || !wordSearch.inMeaning ? "" : wordSearch.text.trim();
}

export const savedViews = new SavedViews();
