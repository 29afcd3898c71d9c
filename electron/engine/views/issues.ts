/**
 * @file Quality issues of present images, by kind.
 */
import type { ImageId, ImageIssue } from "#protocol/model.ts";
import type { IssueEntry } from "#protocol/outlier-model.ts";

import type { Collection } from "../collection.ts";
import { splitPath } from "../base/path-bytes.ts";
import { contentById, type ContentRow } from "../store/queries/contents.ts";
import { listIssues } from "../store/queries/findings.ts";
import { tellIssue } from "./issue-text.ts";

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
      const { name } = splitPath(catalogue.paths[position] as Buffer);
      const told = (): ImageIssue | null => tellIssue(issue, name, () => contentById(collection.store, issue.content_id) as ContentRow);
      // Of several names of one content only some may be wrong.
      if (issue.kind === "wrong-extension" && told() === null) continue;
      counts[issue.kind] = (counts[issue.kind] ?? 0) + 1;
      if (kind !== null && issue.kind !== kind) continue;
      if (total >= offset && entries.length < limit) {
        const found = told();
        if (found !== null) entries.push({ id: catalogue.columns.ids[position] as ImageId, ...found });
      }
      total++;
    }
  }
  return { entries, total, counts };
}
