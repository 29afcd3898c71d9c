/** @file What the app's filter and labels say of the points of the map. Read in a `$derived`, it follows both. */
import type { ImageColumns } from "#protocol/model.ts";

import { applyFilter, isFiltered } from "../state/arrange.ts";
import { images, labelsFor } from "../state/images.svelte.ts";
import { labelColumns } from "../state/label-columns.svelte.ts";
import type { PointClasses } from "./looks.ts";
import { pointClasses } from "./point-classes.ts";

/** [n] 1 where the filter lets a point pass; null when nothing is filtered. */
export function filterMask(columns: ImageColumns): Uint8Array | null {
  if (!isFiltered(images.filter)) return null;
  const mask = new Uint8Array(columns.count);
  const passing = applyFilter(columns, images.filter, labelsFor(images.filter));
  for (const point of passing) mask[point] = 1;
  // The slice that has a place stands for those that pass.
  if (images.gathers) {
    const some = new Set(Array.from(passing, (point) => columns.series[point]));
    columns.series.forEach((number, point) => number >= 0 && some.has(number) && (mask[point] = 1));
  }
  return mask;
}

/** Null where there are no labels of these columns. */
export function classesOf({ version }: ImageColumns): PointClasses | null {
  const { facts, project } = labelColumns;
  return facts === null || project === null || facts.version !== version ? null : pointClasses(facts, project);
}
