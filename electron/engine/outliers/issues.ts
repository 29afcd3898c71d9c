/**
 * @file Quality issues: images that are blurred, dark, bright, blank, of an odd size or shape, or grey among coloured ones. Every rule asks two things:
 * is it so in itself (an absolute bound, without which the softest of a sharp folder would be called blurred), and is it unusual here (median and
 * MAD, without which a folder of night skies would be one long list). The figures are in issue-rules.ts.
 */
import type { IssueKind } from "#protocol/model.ts";

import { throwIfAborted } from "../base/errors.ts";
import type { StageOptions } from "../base/stage.ts";
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
  const rules = createRules(contents);
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

/** What the app says of an issue. */
export function describeIssue({
  kind,
  value,
  threshold,
}: {
  readonly kind: IssueKind;
  readonly value: number;
  readonly threshold: number;
}): string {
  const lower = value < threshold;
  switch (kind) {
    case "blur":
      return `blurred: sharpness ${number(value)} at full size; sharp images here have more than ${number(threshold)}`;
    case "dark":
      return `very dark: 95 % of the pixels are at ${number(value)} or below, of 255`;
    case "bright":
      return `very bright: 95 % of the pixels are at ${number(value)} or above, of 255`;
    case "low-information":
      return `nearly blank: brightness varies by only ${number(value)} of 255`;
    case "odd-size":
      return `much ${lower ? "smaller" : "larger"} than the others: about ${Math.round(value)} pixels a side; ${lower ? "below" : "above"} ${Math.round(threshold)} is unusual here`;
    case "odd-aspect":
      return `unusually long: the long side is ${number(value)} times the short one; more than ${number(threshold)} is unusual here`;
    case "greyscale":
      return `grey among coloured images: colour saturation ${number(100 * value)} % (grey: under ${number(100 * threshold)} %)`;
  }
}

/** Two significant digits, no trailing zeros; whole numbers from 10. */
function number(value: number): string {
  return Math.abs(value) >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
