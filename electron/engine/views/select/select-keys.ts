/**
 * @file The keys of a selection, each with what its values mean. A key turns its values into a test of one image, and says what is wrong with them.
 */
import { imageFlags, issueKinds, type ImageId } from "#protocol/model.ts";
import type { QueryValue } from "#protocol/query.ts";
import type { SavedView } from "#protocol/view-contract.ts";

import { UserError } from "../../base/errors.ts";
import type { Collection } from "../../collection.ts";
import { listIssues } from "../../store/queries/findings.ts";
import { oddestFirst } from "../outliers.ts";
import { listSavedViews, savedViewByName } from "../../store/queries/saved-views.ts";
import { factKeys } from "./fact-keys.ts";
import { isAny, numberStretches, oneOf, wholeNumber } from "./select-values.ts";

/** The label that a person gave a content, or null. */
export type LabelOf = (contentId: number) => string | null;

export interface SelectContext {
  readonly collection: Collection;
  /** Null: there are no labels. */
  readonly labelOf: LabelOf | null;
  /** What a saved view selects. */
  readonly testsOfView: (view: SavedView) => readonly Test[];
}

/** By position in the catalogue. */
export type Test = (position: number) => boolean;

export interface SelectKey {
  /** What may stand behind the colon, for help and messages. */
  readonly value: string;
  readonly help: string;
  readonly test: (context: SelectContext, values: readonly QueryValue[]) => Test;
}

export const selectKeys: Readonly<Record<string, SelectKey>> = {
  cluster: { value: "N", help: "in cluster N of the map; cluster:* in any", test: inCluster },
  issue: { value: issueKinds.join("|"), help: "with this issue; issue:* with any", test: withIssue },
  outlier: { value: "N", help: "among the N most unusual of the whole collection", test: amongOutliers },
  odd: { value: "N..M", help: "more unusual than N to M percent of the collection", test: withPercentile },
  duplicate: {
    value: "keep|extra|scene",
    help: "the copy to keep, one that could go, or of a scene that others show; duplicate:* the first two",
    test: ofDuplicates,
  },
  folder: { value: "TEXT", help: "in a folder whose path contains TEXT", test: inFolder },
  in: { value: "PATH", help: "in this folder or below it", test: belowFolder },
  label: { value: "NAME", help: "of class NAME; label:* of any class", test: withLabel },
  ...factKeys,
  view: { value: "NAME", help: "what the saved view NAME shows", test: ofSavedView },
};

function inCluster({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { clusters } = collection.catalogue().columns;
  const map = collection.map();
  if (!map) throw new UserError("no-map", 'A selection by "cluster:" needs a map: run `likeness index FOLDER` first.');
  const count = map.representatives.length;
  if (isAny(values)) return (position) => clusters[position] >= 0;
  const wanted = new Set(
    values.map((value) => {
      const label = wholeNumber("cluster", value);
      if (label >= count)
        throw new UserError("query", `"cluster:${value.text}": the map has ${count} clusters; expected a number from 0 to ${count - 1}.`);
      return label;
    }),
  );
  return (position) => wanted.has(clusters[position]);
}

function withIssue({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { contentIds } = collection.catalogue();
  const wanted = isAny(values) ? null : new Set<string>(values.map((value) => oneOf("issue", value, issueKinds)));
  const found = new Set(
    listIssues(collection.store)
      .filter(({ kind }) => wanted === null || wanted.has(kind))
      .map((issue) => issue.content_id),
  );
  return (position) => found.has(contentIds[position]);
}

function amongOutliers({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const row = collection.encoderRow();
  const order = row === null ? new Int32Array(0) : oddestFirst(collection, collection.catalogue(), row.key);
  if (order.length === 0)
    throw new UserError("no-outliers", 'A selection by "outlier:" needs outlier scores: run `likeness index FOLDER` first.');
  const most = Math.max(...values.map((value) => wholeNumber("outlier", value)));
  const found = new Set(order.subarray(0, most));
  return (position) => found.has(position);
}

function ofDuplicates({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { ids, flags } = collection.catalogue().columns;
  if (isAny(values)) return (position) => ((flags[position] as number) & (imageFlags.duplicate | imageFlags.identicalFile)) !== 0;
  const kinds = values.map((value) => oneOf("duplicate", value, ["keep", "extra", "scene"]));
  const ofScene: Test = (position) => kinds.includes("scene") && ((flags[position] as number) & imageFlags.sameScene) !== 0;
  if (!kinds.some((kind) => kind !== "scene")) return ofScene;
  const duplicates = collection.groups();
  return (position) => {
    if (ofScene(position)) return true;
    const id = ids[position] as ImageId;
    const groups = duplicates.ofImage(id).filter(({ relation }) => relation !== "same-scene");
    if (groups.length === 0) return false;
    const isExtra = groups.some(({ members }) => members.some((member) => member.id === id && !member.keep));
    return kinds.includes(isExtra ? "extra" : "keep");
  };
}

function withPercentile({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { percentiles } = collection.catalogue().columns;
  const stretches = numberStretches("odd", values);
  return (position) => stretches.some(({ from, to }) => percentiles[position] >= from && percentiles[position] <= to);
}

function belowFolder({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { folders, folderIndexes } = collection.catalogue().columns;
  const wanted = values.map(({ text }) => text.replace(/(?<=.)[/\\]$/u, ""));
  const holds = folders.map((folder) => wanted.some((path) => isBelow(folder, path)));
  return (position) => holds[folderIndexes[position]] === true;
}

/** Or the very same. */
function isBelow(folder: string, path: string): boolean {
  if (!folder.startsWith(path)) return false;
  return folder.length === path.length || /[/\\]$/u.test(path) || /[/\\]/u.test(folder.charAt(path.length));
}

function ofSavedView({ collection, testsOfView }: SelectContext, values: readonly QueryValue[]): Test {
  const views = values.map(({ text }) => {
    const found = savedViewByName(collection.store, text);
    if (found === undefined) {
      const names = listSavedViews(collection.store).map(({ name }) => name);
      throw new UserError(
        "query",
        `"view:${text}": there is no saved view of that name; known: ${names.slice(0, 30).join(", ") || "none"}.`,
      );
    }
    return testsOfView(found);
  });
  return (position) => views.some((tests) => tests.every((test) => test(position)));
}

function inFolder({ collection }: SelectContext, values: readonly QueryValue[]): Test {
  const { folders, folderIndexes } = collection.catalogue().columns;
  const texts = values.map(({ text }) => text.toLowerCase());
  const holds = folders.map((folder) => texts.some((text) => folder.toLowerCase().includes(text)));
  return (position) => holds[folderIndexes[position]] === true;
}

function withLabel({ collection, labelOf }: SelectContext, values: readonly QueryValue[]): Test {
  const { contentIds } = collection.catalogue();
  if (labelOf === null) throw new UserError("no-labels", 'A selection by "label:" needs labels: this collection has none.');
  if (isAny(values)) return (position) => labelOf(contentIds[position]) !== null;
  const known = new Set([...contentIds].map(labelOf).filter((label) => label !== null));
  const lower = new Set([...known].map((label) => label.toLowerCase()));
  for (const { text } of values)
    if (!lower.has(text.toLowerCase()))
      throw new UserError("query", `"label:${text}": no image has this label; known: ${[...known].slice(0, 30).join(", ") || "none"}.`);
  const wanted = new Set(values.map(({ text }) => text.toLowerCase()));
  return (position) => wanted.has(labelOf(contentIds[position])?.toLowerCase() ?? "");
}
