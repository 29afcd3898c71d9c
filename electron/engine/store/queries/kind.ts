/**
 * @file What kind of pictures a collection holds, where that changes what is done with them: of medical ones a mirrored picture is another picture (left is not
 * right). A person says it, or the formats do.
 */
import type { CollectionKind } from "#protocol/model.ts";

import type { ReadStore, WriteStore } from "../database.ts";
import { readOne } from "../statements.ts";
import { deleteProperty, readProperty, writeProperty } from "./properties.ts";

/** "auto": as the formats say. */
export function chosenKind(store: ReadStore): CollectionKind | "auto" {
  const chosen = readProperty(store, "kind");
  return chosen === "medical" || chosen === "ordinary" ? chosen : "auto";
}

export function kindOf(store: ReadStore): CollectionKind {
  const chosen = chosenKind(store);
  return chosen === "auto" ? kindByFormats(store) : chosen;
}

/** Medical where more than half of what was read is. */
function kindByFormats(store: ReadStore): CollectionKind {
  const count = (where: string): number =>
    (readOne<{ count: number }>(store, `SELECT COUNT(*) AS count FROM contents WHERE ${where}`) as { count: number }).count;
  const medical = count("format IN ('dicom', 'nifti')");
  return medical > 0 && medical * 2 > count("format IS NOT NULL") ? "medical" : "ordinary";
}

export function chooseKind(store: WriteStore, kind: CollectionKind | "auto"): void {
  if (kind === "auto") deleteProperty(store, "kind");
  else writeProperty(store, "kind", kind);
}
