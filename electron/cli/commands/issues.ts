/**
 * @file `likeness issues`: quality findings.
 */
import type { Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const issuesCommand: Command = {
  name: "issues",
  usage: "",
  summary: "List blurred, dark, bright, near-empty, oddly sized or shaped pictures, and grey ones among colour.",
  options: {},
  positionals: [0, 0],
  run: (input) =>
    withCollection(input, async (engine) => {
      const { entries } = await engine.handlers["issues.list"]({ offset: 0, limit: Infinity }, engine.context);
      const issues = entries.map(({ id, kind, value, threshold, text }) => ({ path: engine.pathOf(id), kind, value, threshold, text }));
      printResult(input.json, { issues }, () =>
        issues.length === 0 ? ["No issues."] : issues.map((issue) => `${issue.kind.padEnd(16)} ${issue.path}  (${issue.text})`),
      );
      return 0;
    }),
};
