/**
 * @file The comparison of a run as a client shows it: what is kept of it, with the images that hold its contents now.
 */
import type { ComparisonState } from "#protocol/comparison.ts";
import type { JobId } from "#protocol/model.ts";

import type { Engine } from "../engine.ts";
import { comparedContents, isCurrent, readComparison } from "../stages/comparison/comparison-file.ts";
import { runFolder } from "../stages/training/run-folder.ts";
import { newestJobOfRun } from "../store/queries/jobs.ts";
import { firstImageOf } from "./catalogue.ts";

export function describeComparison(
  { training, requireCollection }: Pick<Engine, "training" | "requireCollection">,
  id: string,
): ComparisonState {
  const comparable = training.comparable(id);
  const collection = requireCollection();
  const { store, workspace } = collection;
  const kept = readComparison(runFolder(workspace, id));
  const catalogue = collection.catalogue();
  return {
    comparison: kept && { ...kept.told, ids: kept.contentIds.map((content) => firstImageOf(catalogue, content) ?? 0) },
    isCurrent: kept !== null && isCurrent(kept, comparedContents(store)),
    job: (newestJobOfRun(store, "compare", id)?.id ?? null) as JobId | null,
    obstacle: "obstacle" in comparable ? comparable.obstacle : null,
  };
}
