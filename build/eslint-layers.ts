/**
 * @file The linter's side of build/layers.ts: the rule `likeness/layers`, the rule `likeness/file-header` (every module begins with an
 * `@file` paragraph), and a processor that shows the linter the scripts inside `.svelte` files.
 */
import { relative, sep } from "node:path";

import type { ESLint, Linter, Rule } from "eslint";

import { judgeImport } from "./layers.ts";

/** Reports every import, export-from and dynamic import that the table does not allow. Types count: a type import is a dependency too. */
const layersRule: Rule.RuleModule = {
  meta: { type: "problem", schema: [], messages: { forbidden: "{{ message }}" } },
  create(context) {
    const from = sourcePath(context);
    const check = (node: Rule.Node): void => {
      const source = "source" in node ? node.source : null;
      if (!source || source.type !== "Literal" || typeof source.value !== "string") return;
      const message = judgeImport(from, source.value);
      if (message) context.report({ node: source, messageId: "forbidden", data: { message } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};

const fileHeaderRule: Rule.RuleModule = {
  meta: { type: "suggestion", schema: [], messages: { missing: "Begin the module with `/** @file ... */`: what it is and why." } },
  create(context) {
    return {
      Program(node) {
        const first = context.sourceCode.getAllComments()[0];
        const head = (first?.type as string | undefined) === "Shebang" ? context.sourceCode.getAllComments()[1] : first;
        const startsFile = head && context.sourceCode.text.slice(0, head.range?.[0]).replace(/^#!.*/, "").trim() === "";
        if (!startsFile || !/^\*\s*(\*\s*)?@file\b/.test(head.value)) context.report({ node, messageId: "missing" });
      },
    };
  },
};

/** Hands the `<script>` blocks of a component to the linter as TypeScript; lines and columns stay where they are. */
const svelteProcessor: Linter.Processor = {
  meta: { name: "likeness-svelte" },
  preprocess(text) {
    const blocks: string[] = [];
    for (const match of text.matchAll(/(<script[^>]*>)([\s\S]*?)<\/script>/g)) {
      const start = match.index + match[1].length;
      blocks.push(text.slice(0, start).replace(/[^\n]/g, " ") + match[2]);
    }
    return blocks.map((block, index) => ({ text: block, filename: `${index}.ts` }));
  },
  postprocess: (messages) => messages.flat(),
};

export const likenessPlugin: ESLint.Plugin = {
  meta: { name: "likeness" },
  rules: { layers: layersRule, "file-header": fileHeaderRule },
  processors: { svelte: svelteProcessor },
};

/** Relative to the repository; a block of `view.svelte/0.ts` lies where its component lies. */
function sourcePath(context: Rule.RuleContext): string {
  const path = relative(context.cwd, context.filename).split(sep).join("/");
  return path.replace(/(\.svelte)\/.*$/, "$1");
}
