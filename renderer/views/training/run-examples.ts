/** @file Six pictures before and now, from columns to what is shown, and in words. */
import type { ImageId } from "#protocol/model.ts";
import { imageIdAt, type MissingExamples, type NearestOthers, type ShownExamples } from "#protocol/training.ts";

import { count, counted } from "../../widgets/format.ts";

export interface ShownNeighbour {
  readonly id: ImageId;
  readonly similarity: number;
  /** None of those before. */
  readonly isFresh: boolean;
}

export interface ExampleRow {
  readonly row: number;
  readonly asked: ImageId;
  readonly before: readonly ShownNeighbour[];
  readonly now: readonly ShownNeighbour[];
  /** How many of now are new, shown or not. */
  readonly fresh: number;
}

/** Without those that are gone from the collection. */
export function exampleRows({ count: rows, k, asked, before, now, fresh }: ShownExamples): ExampleRow[] {
  const neighbours = ({ ids, similarities }: NearestOthers, row: number, marks: Uint8Array | null): ShownNeighbour[] =>
    Array.from({ length: k }, (_, at) => row * k + at).flatMap((place) => {
      const id = imageIdAt(ids, place);
      return id === null ? [] : [{ id, similarity: similarities[place] ?? 0, isFresh: marks?.[place] === 1 }];
    });
  return Array.from({ length: rows }, (_, row) => row).flatMap((row) => {
    const id = imageIdAt(asked, row);
    if (id === null) return [];
    return [
      {
        row,
        asked: id,
        before: neighbours(before, row, null),
        now: neighbours(now, row, fresh),
        fresh: sum(fresh.subarray(row * k, (row + 1) * k)),
      },
    ];
  });
}

/** "9 of 30 neighbours have changed, as seen at step 120 of 417." */
export function changedWords({ fresh, step }: Pick<ShownExamples, "fresh" | "step">, totalSteps: number): string {
  const changed = sum(fresh);
  const when = step === 0 ? "before the first step" : `as seen at step ${count(step)}${totalSteps > 0 ? ` of ${count(totalSteps)}` : ""}`;
  if (changed === 0) return `All ${fresh.length} neighbours are still those of before, ${when}.`;
  return `${changed} of ${fresh.length} neighbours ${changed === 1 ? "has" : "have"} changed, ${when}.`;
}

export function missingWords({ missing, pictures, fewest }: MissingExamples, active: boolean): string {
  if (missing === "too-few")
    return `With ${counted(pictures, "different picture")} to judge by, most are neighbours of most: nothing would be seen here. From ${fewest} on, six of them are shown.`;
  if (missing === "not-kept") return "This training kept no such pictures; newer ones do.";
  return active
    ? "They are chosen once the pictures are read, and looked at now and then from there on."
    : "It ended before the first look at them.";
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0);
}
