/**
 * @file All groups of a set of verified pairs, written out. What shows only some of them takes the table (`group-table.ts`) and describes those.
 */
import { plainStrictness, type Strictness } from "#protocol/duplicates-contract.ts";

import { describeGroup } from "./describe-group.ts";
import { prepareGroups, type GroupInput } from "./group-source.ts";
import { tabulateGroups } from "./group-table.ts";
import { keepOrder } from "./keep.ts";
import type { DuplicateGroup } from "./types.ts";

/** Copies first, then scenes, each in order of their first file. Pairs of contents without a file are left out. */
export function groupPairs(input: GroupInput, strictness: Strictness = plainStrictness): DuplicateGroup[] {
  const table = tabulateGroups(prepareGroups(input, keepOrder()), strictness);
  return Array.from({ length: table.count }, (_, group) => describeGroup(table, group)).sort(
    (first, second) =>
      Number(first.relation === "same-scene") - Number(second.relation === "same-scene") ||
      first.members[0].file - second.members[0].file ||
      (first.id < second.id ? -1 : 1),
  );
}
