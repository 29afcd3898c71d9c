/**
 * @file Quality issues: images that are blurred, dark, bright, blank, of an odd size or shape, or grey among coloured ones. Every rule asks two things:
 * is it so in itself (an absolute bound, without which the softest of a sharp folder would be called blurred), and is it unusual here (median and
 * MAD, without which a folder of night skies would be one long list). The figures are in issue-rules.ts; what is about the file more than about
 * what it shows is in file-rules.ts.
 */
import type { IssueKind } from "#protocol/model.ts";

import { throwIfAborted } from "../base/errors.ts";
import type { StageOptions } from "../base/stage.ts";
import { fileRules } from "./file-rules.ts";
import { createRules } from "./issue-rules.ts";
import type { ContentMetrics } from "./metrics.ts";

export interface FoundIssue {
  /** Position in the contents given. */
  readonly index: number;
  readonly kind: IssueKind;
  readonly value: number;
  readonly threshold: number;
}

/** Contents looked at between two looks at the signal. */
const stride = 1024;

/** Issues by content, then in the order of `issueKinds`. */
export function findIssues(contents: readonly ContentMetrics[], options: StageOptions = {}): FoundIssue[] {
  throwIfAborted(options.signal);
  const rules = [...createRules(contents), ...fileRules(contents)];
  const found: FoundIssue[] = [];
  contents.forEach((content, index) => {
    if (index % stride === 0) {
      throwIfAborted(options.signal);
      options.onProgress?.(index, contents.length);
    }
    for (const { kind, judge } of rules) {
      const issue = judge(content);
      if (issue) found.push({ index, kind, ...issue });
    }
  });
  options.onProgress?.(contents.length, contents.length);
  return found;
}
