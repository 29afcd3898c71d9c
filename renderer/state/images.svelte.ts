/** @file The columns of every image, looked up by id, and what the one filter and the one order make of them. */
import { untrack } from "svelte";

import type { ImageColumns, ImageId } from "#protocol/model.ts";

import {
  applyFilter,
  arrange,
  filtersByLabel,
  isFiltered,
  noFilter,
  type Arrangement,
  type FilterLabels,
  type FilterSet,
  type RankedSearch,
} from "./arrange.ts";
import { engine } from "./engine.svelte.ts";
import { labelColumns } from "./label-columns.svelte.ts";
import { notices } from "./notices.svelte.ts";
import type { Sequence } from "./selection.svelte.ts";
import { hasSeries, oneForEach } from "./series.ts";
import { settings } from "./settings.svelte.ts";
import { Turns } from "./turns.ts";

const none: ImageColumns = {
  version: 0,
  count: 0,
  ids: new Int32Array(0),
  widths: new Int32Array(0),
  heights: new Int32Array(0),
  colours: new Uint32Array(0),
  sizesBytes: new Float64Array(0),
  times: new Float64Array(0),
  folderIndexes: new Int32Array(0),
  series: new Int32Array(0),
  slices: new Int32Array(0),
  frames: new Int32Array(0),
  standing: new Int32Array(0),
  clusters: new Int32Array(0),
  percentiles: new Float32Array(0),
  flags: new Uint8Array(0),
  names: "",
  folders: [],
};

const longestPauseMs = 10_000;

class Images {
  columns = $state.raw<ImageColumns>(none);
  loaded = $state(false);
  failed = $state<string | null>(null);
  filter = $state.raw<FilterSet>(noFilter);
  readonly filtered = $derived(isFiltered(this.filter));
  /** Indexes that pass the filter, in the order of the columns. */
  readonly passing = $derived(applyFilter(this.columns, this.filter, labelsFor(this.filter)));
  /** The search that puts them in its own order, where there is one. */
  readonly ranked = $derived(this.filter.search?.ranked);
  readonly hasSeries = $derived(hasSeries(this.columns));
  /** One slice stands for a series. */
  readonly gathers = $derived(this.hasSeries && !settings.everySlice);
  /** What is shown of what passes. */
  readonly visible = $derived(this.gathers ? oneForEach(this.columns, this.passing, this.#rank(this.ranked)) : this.passing);
  /** How many would be shown without any filter. */
  readonly total = $derived(this.gathers ? oneForEach(this.columns, Int32Array.from(this.columns.ids.keys())).length : this.columns.count);
  readonly arrangement = $derived<Arrangement>(arrange(this.columns, this.visible, settings.sort, this.ranked));
  readonly #names = $derived(this.columns.names.split("\n"));
  readonly #byId = $derived(new Map(Array.from(this.columns.ids, (id, index) => [id, index])));
  readonly #turns = new Turns();
  #waiting: (() => void)[] = [];

  /** Once there are columns, or nobody waits for them any more (`loaded` tells). */
  whenLoaded(): Promise<void> {
    return this.loaded ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Reads the columns again; calls while reading are answered by one more read. */
  read(): Promise<void> {
    return this.#turns.take(
      async () => {
        const startedAt = performance.now();
        const columns = await engine.call("images.columns", {});
        this.columns = columns;
        this.loaded = true;
        this.failed = null;
        this.#wake();
        // A large collection that grows is not read all the time: eight times as long as a read takes passes until the next.
        if (this.#turns.again)
          await new Promise((resolve) => setTimeout(resolve, Math.min(longestPauseMs, 8 * (performance.now() - startedAt))));
      },
      {
        failed: (error) => {
          this.failed = error instanceof Error ? error.message : String(error);
          this.#wake();
          if (this.loaded) notices.fail("The images could not be read again", error);
        },
      },
    );
  }

  reset(): void {
    this.columns = none;
    this.loaded = false;
    this.failed = null;
    this.filter = noFilter;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** In a ranking the slice that is most alike stands for its series. */
  #rank(ranked: RankedSearch | undefined): ((index: number) => number) | undefined {
    return ranked && ((index) => ranked.places.get(this.columns.ids[index]) ?? Infinity);
  }

  nameOf(index: number): string {
    return this.#names[index] ?? "";
  }

  idAt(index: number): ImageId {
    return this.columns.ids[index] as ImageId;
  }

  /** Index of an image in the columns, -1 when it is not there (any more). */
  indexOf(id: ImageId): number {
    return this.#byId.get(id) ?? -1;
  }

  setFilter(change: Partial<FilterSet>): void {
    this.filter = { ...this.filter, ...change };
  }

  /** How alike the search finds it; null where it ranks nothing. */
  similarityOf(index: number): number | null {
    const place = this.ranked?.places.get(this.columns.ids[index]);
    return place === undefined ? null : (this.ranked?.similarities[place] ?? null);
  }

  /** More of a ranking. */
  showMoreRanked(): void {
    const { search } = this.filter;
    if (search?.ranked !== undefined) this.setFilter({ search: { ...search, ranked: { ...search.ranked, most: search.ranked.most * 2 } } });
  }

  clearFilter(): void {
    this.filter = noFilter;
  }
}

export const images = new Images();

/** Labels, but only where the filter looks at them: else every label would arrange all pictures anew. */
export function labelsFor(filter: FilterSet): FilterLabels | null {
  if (!filtersByLabel(filter)) return null;
  const { facts, project } = labelColumns;
  return facts === null || project === null ? null : { facts, project };
}

/** `order` (indexes into the columns) as what selections and the large view walk along. */
export function sequenceOf(order: Int32Array): Sequence {
  const columns = untrack(() => images.columns);
  let positions: Map<number, number> | null = null;
  return {
    length: order.length,
    idAt: (position) => columns.ids[order[position]] as ImageId,
    positionOf(id) {
      positions ??= new Map(Array.from(order, (index, position) => [columns.ids[index], position]));
      return positions.get(id) ?? -1;
    },
  };
}
