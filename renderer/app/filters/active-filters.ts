/** @file The parts of the active filter, one by one: what each says, and the filter without it. */
import { clusterNames } from "../../map-view/cluster-names.svelte.ts";
import { applyFilter, folderTitles, type FilterSet } from "../../state/arrange.ts";
import { clauses, idsOf } from "../../state/clauses.svelte.ts";
import { isIssueKind } from "../../state/filter-query.ts";
import { images, labelsFor } from "../../state/images.svelte.ts";
import { labels } from "../../state/labels.svelte.ts";
import { wordSearch } from "../../state/word-search.svelte.ts";
import { facetWords, iconOfTerm, isFacet, termText } from "../../widgets/facet-words.ts";
import { cutMiddle, lastPart } from "../../widgets/format.ts";
import type { IconName } from "../../widgets/icons.ts";
import { flagWords, issueWords, labelStateWords } from "../../widgets/words.ts";

export interface ActiveFilter {
  readonly key: string;
  readonly icon: IconName;
  readonly text: string;
  readonly tip?: string;
  /** A picture that is meant. */
  readonly previewUrl?: string;
  /** Place among the terms that the engine answers, and whether its values can be chosen. */
  readonly term?: { readonly at: number; readonly editable: boolean };
  /** What the filter is without it; absent: it only puts pictures in an order. */
  readonly without?: Partial<FilterSet>;
  remove(): void;
}

/** Reads state: call it where that is followed. */
export function activeFilters(): ActiveFilter[] {
  return [...ownParts(), ...terms(), ...searches()];
}

/** How many pictures would be shown without this one. */
export async function countWithout({ without = {}, term }: ActiveFilter): Promise<number> {
  const { columns, filter } = images;
  const count = (changed: FilterSet): number => applyFilter(columns, changed, labelsFor(changed)).length;
  if (term === undefined) return count({ ...filter, ...without });
  const others = clauses.terms.filter((_, at) => at !== term.at);
  return count({ ...filter, clauses: others.length === 0 ? null : { terms: others, ids: await idsOf(others) } });
}

/** Parts that the app tests itself. */
function ownParts(): ActiveFilter[] {
  const { folder, cluster, flag, issue, percentiles, labelClass, labelState } = images.filter;
  const list: ActiveFilter[] = [];
  const add = (part: Omit<ActiveFilter, "remove"> & { without: Partial<FilterSet> }): void => {
    list.push({ ...part, remove: () => images.setFilter(part.without) });
  };
  if (folder !== null) add({ key: "folder", icon: "folder", text: folderTitle(folder), tip: folder, without: { folder: null } });
  if (cluster !== null) add({ key: "cluster", icon: "map", text: clusterNames.of(cluster), without: { cluster: null } });
  if (flag !== null)
    add({
      key: "flag",
      icon: flag === "odd" ? "outliers" : flag === "issue" ? "warning" : "sheets",
      text: flagWords[flag],
      without: { flag: null },
    });
  if (issue !== null) add({ key: "issue", icon: "warning", text: issueWords[issue.kind].title, without: { issue: null } });
  if (percentiles !== null)
    add({
      key: "percentiles",
      icon: "outliers",
      text: `Oddness ${Math.round(percentiles.from)}–${Math.round(percentiles.to)} %`,
      tip: "Share of the collection that is less odd",
      without: { percentiles: null },
    });
  if (labelClass !== null)
    add({
      key: "class",
      icon: "classes",
      text: labels.project?.classes.find(({ id }) => id === labelClass)?.name ?? "A class that is gone",
      tip: "Labelled so, or told to be so",
      without: { labelClass: null },
    });
  if (labelState !== null) add({ key: "label-state", icon: "classes", text: labelStateWords[labelState], without: { labelState: null } });
  return list;
}

/** Terms that the engine answers. */
function terms(): ActiveFilter[] {
  return clauses.terms.map((term, at) => {
    const text = textOfTerm(term);
    const editable = isFacet(term.key);
    return {
      key: `term-${at}`,
      icon: iconOfTerm(term),
      text,
      ...(isFacet(term.key) && { tip: `${facetWords[term.key].title}: change` }),
      term: { at, editable },
      remove: () => clauses.replace(at, null),
    };
  });
}

function textOfTerm(term: (typeof clauses.terms)[number]): string {
  const kind = term.key === "issue" && term.values.length === 1 ? term.values[0]?.text : undefined;
  if (kind !== undefined && isIssueKind(kind)) return `${term.negated ? "Not " : ""}${issueWords[kind].title}`;
  return termText(term, folderTitle);
}

function folderTitle(folder: string): string {
  const at = images.columns.folders.indexOf(folder);
  return at < 0 ? lastPart(folder) : folderTitles(images.columns.folders)[at];
}

function searches(): ActiveFilter[] {
  const { search } = images.filter;
  if (search === null) return [];
  if (search.ranked === undefined)
    return [{ key: "search", icon: "search", text: `“${search.text}”`, without: { search: null }, remove: () => wordSearch.clear() }];
  const words = wordSearch.inMeaning ? wordSearch.terms : [];
  return [
    ...words.map((term, at): ActiveFilter => ({
      key: `word-${at}`,
      icon: term.sign === "+" ? "plus" : "minus",
      text: term.text,
      tip: term.sign === "+" ? "Like this" : "Unlike this",
      remove: () => wordSearch.removeTerm(term),
    })),
    ...wordSearch.pictures.map(({ key, sign, name, previewUrl }): ActiveFilter => ({
      key: `picture-${key}`,
      icon: sign === "+" ? "plus" : "minus",
      text: cutMiddle(name, 24),
      tip: `${sign === "+" ? "Like" : "Unlike"} the picture ${name}`,
      previewUrl,
      remove: () => wordSearch.removePicture(key),
    })),
  ];
}
