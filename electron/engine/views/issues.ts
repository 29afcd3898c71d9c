/**
 * @file Quality issues of present images, by kind.
 */
import type { ImageId, IssueEntry, IssueKind } from "#protocol/model.ts";

import type { Collection } from "../collection.ts";
import { describeIssue } from "../outliers/issues.ts";
import { listIssues } from "../store/queries/findings.ts";

export function listIssueEntries(
  collection: Collection,
  kind: string | null,
  offset: number,
  limit: number,
): { entries: IssueEntry[]; total: number; counts: Record<string, number> } {
  const catalogue = collection.catalogue();
  const counts: Record<string, number> = {};
  const entries: IssueEntry[] = [];
  let total = 0;
  for (const issue of listIssues(collection.store)) {
    for (const position of catalogue.ofContent.get(issue.content_id) ?? []) {
      counts[issue.kind] = (counts[issue.kind] ?? 0) + 1;
      if (kind !== null && issue.kind !== kind) continue;
      if (total >= offset && entries.length < limit) {
        const found = { kind: issue.kind as IssueKind, value: issue.value, threshold: issue.threshold };
        entries.push({ id: catalogue.columns.ids[position] as ImageId, ...found, text: describeIssue(found) });
      }
      total++;
    }
  }
  return { entries, total, counts };
}
