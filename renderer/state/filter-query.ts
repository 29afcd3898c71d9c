/**
 * @file The filter as a selection and back: what chips say is the text that the command line takes. A ranking by meaning and what is told of classes are no part
 * of a selection; `leftOut` says so in words.
 */
import { plainValue, rangeText, type QueryTerm } from "#protocol/query.ts";
import { issueKinds, type ClassId } from "#protocol/model.ts";

import { noFilter, oddFrom, type FilterSet } from "./arrange.ts";

export interface FilterAsQuery {
  readonly terms: readonly QueryTerm[];
  /** Parts that a selection cannot say. */
  readonly leftOut: readonly string[];
}

const flagTerms = {
  duplicate: term("duplicate", "*"),
  "same-scene": term("duplicate", "scene"),
  issue: term("issue", "*"),
  odd: term("odd", rangeText(String(oddFrom), null)),
} as const;

export function queryOfFilter(filter: FilterSet, nameOfClass: (id: ClassId) => string | undefined): FilterAsQuery {
  const { folder, cluster, flag, issue, search, percentiles, labelClass, labelState, clauses } = filter;
  const terms: QueryTerm[] = [];
  const leftOut: string[] = [];
  if (folder !== null) terms.push(plainTerm("in", folder));
  if (cluster !== null) terms.push(term("cluster", String(cluster)));
  if (flag !== null) terms.push(flagTerms[flag]);
  if (issue !== null) terms.push(term("issue", issue.kind));
  if (percentiles !== null) terms.push(term("odd", rangeText(roundText(percentiles.from), roundText(percentiles.to))));
  if (labelClass !== null) {
    const name = nameOfClass(labelClass);
    if (name !== undefined) terms.push(plainTerm("label", name));
    leftOut.push("pictures that are only told to be of a class");
  }
  if (labelState === "labelled") terms.push(term("label", "*"));
  else if (labelState !== null) leftOut.push("what is told of classes");
  if (clauses !== null) terms.push(...clauses.terms);
  if (search?.ranked !== undefined) leftOut.push("the order by likeness");
  else if (search !== null)
    for (const text of search.text.split(/\s+/u)) terms.push({ key: null, values: [{ text, quoted: false }], negated: false });
  return { terms, leftOut };
}

/** What the app can show as parts of its own (a folder marked in the tree, a cluster on the map), and the terms that the engine answers. */
export function filterOfQuery(terms: readonly QueryTerm[]): { readonly filter: Partial<FilterSet>; readonly terms: readonly QueryTerm[] } {
  const filter: { -readonly [K in keyof FilterSet]?: FilterSet[K] } = {};
  const rest = terms.filter((one) => {
    const only = one.negated || one.values.length !== 1 ? undefined : one.values[0];
    if (only === undefined) return true;
    const known = Object.entries(flagTerms).find(([, flagTerm]) => isSame(flagTerm, one))?.[0] as keyof typeof flagTerms | undefined;
    if (known !== undefined && filter.flag === undefined) filter.flag = known;
    else if (one.key === "in" && filter.folder === undefined) filter.folder = only.text;
    else if (one.key === "cluster" && /^\d+$/u.test(only.text) && filter.cluster === undefined) filter.cluster = Number(only.text);
    else return true;
    return false;
  });
  return { filter: { ...noFilter, ...filter }, terms: rest };
}

function isSame(one: QueryTerm, other: QueryTerm): boolean {
  return one.key === other.key && one.values[0]?.text === other.values[0]?.text && !other.values[0]?.quoted;
}

function term(key: string, text: string): QueryTerm {
  return { key, values: [{ text, quoted: false }], negated: false };
}

function plainTerm(key: string, text: string): QueryTerm {
  return { key, values: [plainValue(text)], negated: false };
}

function roundText(percentile: number): string {
  return String(Math.round(percentile * 100) / 100);
}

/** Whether a text names an issue, for chips. */
export function isIssueKind(text: string): text is (typeof issueKinds)[number] {
  return issueKinds.some((kind) => kind === text);
}
