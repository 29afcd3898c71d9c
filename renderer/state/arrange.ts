/**
 * @file Which pictures are shown and in which order: one filter for the whole app, one order for the grid. Pure functions over the
 * columns; 100,000 pictures take a few milliseconds (tens when sorted).
 */
import { noLabel, type LabelProject } from "#protocol/label-model.ts";
import type { QueryTerm } from "#protocol/query.ts";
import { imageFlags, type ClassId, type ImageColumns, type IssueKind } from "#protocol/model.ts";

import { dayText, lastPart, monthText } from "../widgets/format.ts";
import type { LayoutSection } from "../widgets/grid/justified-layout.ts";
import type { LabelFacts } from "./label-facts.ts";

export const sortOrders = ["folder", "date", "odd", "size", "name"] as const;
export type SortOrder = (typeof sortOrders)[number];

export const flagFilters = ["duplicate", "same-scene", "issue", "odd"] as const;
export type FlagFilter = (typeof flagFilters)[number];

/** `predicted`: not labelled, but told from those that are; `unsure`: neither. */
export const labelStates = ["labelled", "predicted", "unsure"] as const;
export type LabelState = (typeof labelStates)[number];

/** Labels to filter by, of the same version as the columns. */
export interface FilterLabels {
  readonly facts: LabelFacts;
  readonly project: LabelProject;
}

/** From here on a picture is marked as odd. */
export const oddFrom = 99;

/** A search that puts pictures in an order instead of choosing among them. */
export interface RankedSearch {
  /** Place of each id, from 0, the most alike. */
  readonly places: ReadonlyMap<number, number>;
  /** Cosine at each place. */
  readonly similarities: Float32Array;
  /** So many of those that pass all other filters are shown. */
  readonly most: number;
}

/** At first. */
export const mostRanked = 200;

export interface FilterSet {
  /** A folder with everything below it. */
  readonly folder: string | null;
  readonly cluster: number | null;
  readonly flag: FlagFilter | null;
  readonly issue: { readonly kind: IssueKind; readonly ids: ReadonlySet<number> } | null;
  readonly search: { readonly text: string; readonly ids: ReadonlySet<number>; readonly ranked?: RankedSearch } | null;
  /** Odder than the given parts of the collection, 0..100, both ends included. */
  readonly percentiles: { readonly from: number; readonly to: number } | null;
  /** Labelled so, or told to be so. */
  readonly labelClass: ClassId | null;
  readonly labelState: LabelState | null;
  /** Terms that the engine answers, and what passes them all; null: not answered yet. */
  readonly clauses: { readonly terms: readonly QueryTerm[]; readonly ids: ReadonlySet<number> | null } | null;
}

export const noFilter: FilterSet = {
  folder: null,
  cluster: null,
  flag: null,
  issue: null,
  search: null,
  percentiles: null,
  labelClass: null,
  labelState: null,
  clauses: null,
};

export interface Arrangement {
  /** Indexes into the columns. */
  readonly order: Int32Array;
  readonly sections: readonly LayoutSection[];
}

export function isFiltered(filter: FilterSet): boolean {
  return Object.values(filter).some((part) => part !== null);
}

export function filtersByLabel({ labelClass, labelState }: FilterSet): boolean {
  return labelClass !== null || labelState !== null;
}

/** Indexes of the pictures that pass, in the order of the columns. While labels are not there (yet), no filter looks at them. */
export function applyFilter(columns: ImageColumns, filter: FilterSet, labels: FilterLabels | null = null): Int32Array {
  const { folder, cluster, flag, issue, search, percentiles } = filter;
  const chosen = filter.clauses?.ids ?? null;
  const inFolder = folder === null ? null : columns.folders.map((path) => isInside(path, folder));
  const passesLabel = labels?.facts.version === columns.version ? labelTest(labels, filter) : null;
  const result = new Int32Array(columns.count);
  let length = 0;
  for (let index = 0; index < columns.count; index++) {
    if (inFolder !== null && !inFolder[columns.folderIndexes[index]]) continue;
    if (cluster !== null && columns.clusters[index] !== cluster) continue;
    if (flag !== null && !hasFlag(columns, index, flag)) continue;
    if (issue !== null && !issue.ids.has(columns.ids[index])) continue;
    if (search !== null && !search.ids.has(columns.ids[index])) continue;
    if (chosen !== null && !chosen.has(columns.ids[index])) continue;
    if (percentiles !== null && !(columns.percentiles[index] >= percentiles.from && columns.percentiles[index] <= percentiles.to)) continue;
    if (passesLabel !== null && !passesLabel(index)) continue;
    result[length++] = index;
  }
  const passing = result.slice(0, length);
  return search?.ranked === undefined ? passing : mostAlike(columns, passing, search.ranked);
}

/** The first few of a ranking, still in the order of the columns. */
function mostAlike(columns: ImageColumns, passing: Int32Array, { places, most }: RankedSearch): Int32Array {
  if (passing.length <= most) return passing;
  return sortedBy(passing, placeOf(columns, places)).slice(0, most).sort();
}

function placeOf({ ids }: ImageColumns, places: ReadonlyMap<number, number>): (index: number) => number {
  return (index) => places.get(ids[index]) ?? Number.NaN;
}

function labelTest({ facts, project }: FilterLabels, filter: FilterSet): ((index: number) => boolean) | null {
  if (!filtersByLabel(filter)) return null;
  const { given, told } = facts;
  const { labelClass, labelState } = filter;
  const place = labelClass === null ? null : project.classes.findIndex(({ id }) => id === labelClass);
  return (index) => {
    const labelled = given[index] !== noLabel.class;
    const its = labelled ? given[index] : told[index];
    if (place !== null && its !== place) return false;
    if (labelState === null) return true;
    return labelState === (labelled ? "labelled" : its === noLabel.class ? "unsure" : "predicted");
  };
}

export function hasFlag(columns: ImageColumns, index: number, flag: FlagFilter): boolean {
  const bits = columns.flags[index];
  if (flag === "duplicate") return (bits & (imageFlags.identicalFile | imageFlags.duplicate)) !== 0;
  if (flag === "same-scene") return (bits & imageFlags.sameScene) !== 0;
  if (flag === "issue") return (bits & imageFlags.issue) !== 0;
  return columns.percentiles[index] >= oddFrom;
}

/** Orders what `applyFilter` gave and cuts it into sections; a ranking counts more than any order. */
export function arrange(columns: ImageColumns, visible: Int32Array, sort: SortOrder, ranked?: RankedSearch): Arrangement {
  if (visible.length === 0) return { order: visible, sections: [] };
  if (ranked !== undefined)
    return { order: sortedBy(visible, placeOf(columns, ranked.places)), sections: [{ start: 0, count: visible.length, label: "" }] };
  if (sort === "folder") {
    const titles = folderTitles(columns.folders);
    const titled = titles.length > 1;
    return {
      order: visible,
      sections: cut(
        visible,
        (index) => columns.folderIndexes[index],
        (index) => (titled ? titles[columns.folderIndexes[index]] : ""),
      ),
    };
  }
  if (sort === "date") {
    const order = sortedBy(visible, (index) => -columns.times[index]);
    const months = Int32Array.from(columns.times, monthKey);
    return {
      order,
      sections: cut(
        order,
        (index) => months[index],
        (index) => monthText(columns.times[index]),
      ),
    };
  }
  if (sort === "name") {
    const names = columns.names.split("\n");
    const order = visible.slice().sort((a, b) => collator.compare(names[a], names[b]) || a - b);
    return { order, sections: [{ start: 0, count: order.length, label: "" }] };
  }
  const key =
    sort === "odd" ? (index: number): number => -columns.percentiles[index] : (index: number): number => -columns.sizesBytes[index];
  const order = sortedBy(visible, key);
  return { order, sections: [{ start: 0, count: order.length, label: "" }] };
}

/** Folders named from their common parent on, so that heads and chips stay short. */
export function folderTitles(folders: readonly string[]): string[] {
  const parts = folders.map((folder) => folder.split(/[/\\]/u).filter(Boolean));
  if (parts.length <= 1) return folders.map(lastPart);
  let shared = 0;
  while (parts.every((part) => part.length > shared && part[shared] === parts[0][shared])) shared++;
  return parts.map((part, index) => part.slice(shared).join(" / ") || lastPart(folders[index]));
}

export function isInside(path: string, folder: string): boolean {
  if (path === folder) return true;
  const separator = folder.includes("\\") && !folder.includes("/") ? "\\" : "/";
  return path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}

/** "3 May 2026" or "3 May - 8 Jun 2026" for the pictures between two positions. */
export function daysText(columns: ImageColumns, order: Int32Array): string {
  let first = Infinity;
  let last = -Infinity;
  for (const index of order) {
    const time = columns.times[index];
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (!Number.isFinite(first)) return "";
  const [from, to] = [dayText(first), dayText(last)];
  return from === to ? from : `${from} – ${to}`;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Smallest key first, NaN last, equal keys in their present order. */
function sortedBy(visible: Int32Array, key: (index: number) => number): Int32Array {
  const keys = new Float64Array(visible.length);
  for (let position = 0; position < visible.length; position++) {
    const value = key(visible[position]);
    keys[position] = Number.isNaN(value) ? Number.MAX_VALUE : value;
  }
  const positions = new Uint32Array(visible.length);
  for (let position = 0; position < positions.length; position++) positions[position] = position;
  positions.sort((a, b) => keys[a] - keys[b] || a - b);
  return Int32Array.from(positions, (position) => visible[position]);
}

function cut(order: Int32Array, key: (index: number) => number, label: (index: number) => string): LayoutSection[] {
  const sections: LayoutSection[] = [];
  let start = 0;
  for (let position = 1; position <= order.length; position++) {
    if (position < order.length && key(order[position]) === key(order[start])) continue;
    sections.push({ start, count: position - start, label: label(order[start]) });
    start = position;
  }
  return sections;
}

function monthKey(time: number): number {
  if (!Number.isFinite(time)) return -1;
  const date = new Date(time);
  return date.getFullYear() * 12 + date.getMonth();
}
