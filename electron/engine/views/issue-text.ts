/**
 * @file The words of an issue of one file: what its name claims and what its profile says are looked up where the words need it.
 */
import type { ImageIssue, IssueKind } from "#protocol/model.ts";

import { formatName, wrongName } from "../ingest/decode/sniff.ts";
import type { ImageFormat } from "../ingest/decode/types.ts";
import { describeIssue } from "../outliers/describe-issue.ts";
import { fileFacts } from "../stages/content-metrics.ts";
import type { ContentRow } from "../store/queries/contents.ts";
import type { IssueRow } from "../store/queries/findings.ts";

const needsFile: ReadonlySet<string> = new Set<IssueKind>(["wrong-extension", "colour-profile", "burned-in-text"]);

/** Null where the issue is not this file's: another name of the same content is wrong. @param content is asked for only where the words need it. */
export function tellIssue(row: IssueRow, name: Uint8Array, content: () => ContentRow): ImageIssue | null {
  const issue = { kind: row.kind as IssueKind, value: row.value, threshold: row.threshold };
  if (!needsFile.has(row.kind)) return { ...issue, text: describeIssue(issue) };
  const found = content();
  const format = found.format as ImageFormat;
  const claimed = wrongName(name, format);
  if (row.kind === "wrong-extension" && claimed === null) return null;
  const about = { named: claimed === null ? null : formatName(claimed), format: formatName(format), file: fileFacts(found) };
  return { ...issue, text: describeIssue({ ...issue, about }) };
}
