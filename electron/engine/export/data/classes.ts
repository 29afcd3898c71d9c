/**
 * @file What images are sorted by when they are written as COCO or as folders: the classes that a person gave, the clusters of the map, or the
 * groups of duplicates.
 */
import { exportClasses, type ExportClasses } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import { compareNaturally } from "../../base/natural-order.ts";
import type { ImageFacts } from "./image-facts.ts";

export interface ClassOf {
  readonly by: ExportClasses;
  /** Names in use, in the order to show. */
  readonly names: readonly string[];
  /** Of each image: position in `names`, -1 for none. */
  readonly of: Int32Array;
}

/** Without `by`: labels where there are some, else clusters. Throws UserError where there is nothing to sort by. */
export function classify(images: readonly ImageFacts[], by: ExportClasses | undefined): ClassOf {
  const chosen = by ?? (images.some(({ label }) => label !== null) ? "label" : "cluster");
  const own = images.map((image) => classOf(image, chosen));
  const names = [...new Set(own.filter((name) => name !== null))].sort(compareNaturally);
  if (names.length === 0 && by !== undefined)
    throw new UserError(
      "no-classes",
      `None of the ${images.length} images has a ${by}; expected one of ${exportClasses.join(", ")} that they have.`,
    );
  const index = new Map(names.map((name, position) => [name, position]));
  return { by: chosen, names, of: Int32Array.from(own, (name) => (name === null ? -1 : (index.get(name) as number))) };
}

function classOf({ label, cluster, groups }: ImageFacts, by: ExportClasses): string | null {
  switch (by) {
    case "label":
      return label;
    case "cluster":
      return cluster === null || cluster < 0 ? null : `cluster ${cluster}`;
    case "duplicate": {
      // A same-scene group holds no copies.
      const group = groups.find(({ relation }) => relation !== "same-scene");
      return group === undefined ? null : `duplicates ${group.id}`;
    }
  }
}
