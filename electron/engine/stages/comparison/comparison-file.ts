/**
 * @file A comparison as it is kept in the folder of its run: typed arrays and small lists in Node's own serialisation, written whole. Contents are named by id; which images
 * hold them is asked when it is shown.
 */
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";

import type { RunComparison } from "#protocol/comparison.ts";

import { readIfThere } from "../../base/read-if-there.ts";
import { samplePlaces } from "../../base/sample-rows.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { verifierVersion } from "../../duplicates/version.ts";
import { preprocessingVersion } from "../../encoders/registry.ts";
import type { ReadStore } from "../../store/database.ts";
import { listPresentContentIds } from "../../store/queries/contents.ts";

export interface KeptComparison {
  /** Of what made it: see `comparisonMark`. */
  readonly mark: string;
  /** That were to be compared; those that could be read are the rows. */
  readonly sampledIds: Int32Array;
  /** [count] content of each row. */
  readonly contentIds: Int32Array;
  readonly told: Omit<RunComparison, "ids">;
}

const name = "comparison.v8";
/** Raise it, and comparisons are made anew. */
const version = 1;
/** A map of some thousands shows what a map can show, and takes a minute and no more. */
export const mostCompared = 3000;
const sampleSeed = 11;

/** Contents of a comparison that is made now. */
export function comparedContents(store: ReadStore): Int32Array {
  const all = listPresentContentIds(store);
  return samplePlaces(all.length, mostCompared, sampleSeed).map((place) => all[place] as number);
}

export function comparisonMark(): string {
  return `${version}/${preprocessingVersion}/${verifierVersion}`;
}

/** Whether making it again would compare the same pictures in the same way. */
export function isCurrent({ mark, sampledIds }: KeptComparison, sampled: Int32Array): boolean {
  return mark === comparisonMark() && sampledIds.length === sampled.length && sampledIds.every((id, at) => id === sampled[at]);
}

/** @param folder of the run */
export function writeComparison(folder: string, comparison: KeptComparison): void {
  writeWhole(join(folder, name), serialize(comparison));
}

/** Null where there is none, or one that an older version wrote. */
export function readComparison(folder: string): KeptComparison | null {
  const bytes = readIfThere(join(folder, name));
  if (bytes === null) return null;
  try {
    const kept = deserialize(bytes) as KeptComparison;
    return kept.mark.startsWith(`${version}/`) ? kept : null;
  } catch {
    // Cut off or of another form: it can be made again.
    return null;
  }
}
