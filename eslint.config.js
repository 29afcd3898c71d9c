/** @file What the linter holds the house to; CONTRIBUTING.md says why. The may-import table is build/layers.ts. */
import { defineConfig } from "eslint/config";
import typescript from "typescript-eslint";

import { likenessPlugin } from "./build/eslint-layers.ts";

const clock = "the clock and the seed are passed in (engine/base/clock.ts, engine/base/random.ts)";

const mistakes = [
  "no-async-promise-executor",
  "no-cond-assign",
  "no-constant-binary-expression",
  "no-debugger",
  "no-fallthrough",
  "no-irregular-whitespace",
  "no-loss-of-precision",
  "no-self-assign",
  "no-self-compare",
  "no-sparse-arrays",
  "no-unreachable",
  "no-unsafe-finally",
  "no-unused-private-class-members",
  "no-useless-catch",
  "use-isnan",
];

export default defineConfig(
  { ignores: ["out/", "dist/", "node_modules/", "test/golden/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { files: ["**/*.svelte"], plugins: { likeness: likenessPlugin }, processor: "likeness/svelte" },
  {
    files: ["**/*.ts", "**/*.mjs", "**/*.js"],
    extends: [typescript.configs.recommended],
    plugins: { likeness: likenessPlugin },
    rules: {
      "likeness/layers": "error",
      "likeness/file-header": "error",
      // Undefined names and duplicate declarations are the compiler's business; these are not.
      ...Object.fromEntries(mistakes.map((rule) => [rule, "error"])),
      "no-console": "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      eqeqeq: ["error", "always"],
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "Use a union of strings: Node strips types and cannot strip an enum." },
        { selector: "ExportDefaultDeclaration", message: "Name what you export." },
        { selector: "TSModuleDeclaration[kind='namespace']", message: "Use a module: Node strips types and cannot strip a namespace." },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports", disallowTypeAnnotations: false }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrors: "none", ignoreRestSiblings: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["electron/engine/**/*.ts"],
    ignores: ["electron/engine/base/clock.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: clock },
        { object: "Date", property: "now", message: clock },
        { object: "performance", property: "now", message: clock },
      ],
    },
  },
  {
    // The log, the command line and what is measured speak to a terminal.
    files: ["electron/engine/base/log.ts", "electron/cli/**/*.ts", "test/bench/**/*.ts", "test/golden/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    // Tools demand a default export, and their settings are part of no layer.
    files: ["*.config.{js,ts}", "*/*.config.{js,ts}"],
    rules: { "no-restricted-syntax": "off", "likeness/layers": "off" },
  },
  { files: ["**/*.test.ts"], rules: { "likeness/file-header": "off" } },
  {
    // The template of a component uses and sets what its script declares, which the linter does not see.
    files: ["**/*.svelte/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-vars": "off",
      "prefer-const": "off",
      "likeness/file-header": "off",
      "no-useless-assignment": "off",
    },
  },
);
