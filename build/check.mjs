/**
 * @file `npm run check [-- STEP...]`: everything that judges the code, in the order of speed. All steps run even when one fails; the last
 * lines say which did. Step names choose some of them: `npm run check -- lint types`. `--write` mends what a tool can mend by itself.
 */
import { inRoot } from "./paths.mjs";
import { preparePackages } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { SetupError, runMain, say } from "./say.mjs";

const tool = (...parts) => inRoot("node_modules", ...parts);

/** Name -> the scripts to run one after the other, each with its arguments. */
const steps = (write) => ({
  format: [[tool("prettier", "bin", "prettier.cjs"), ".", write ? "--write" : "--check", "--log-level", "warn"]],
  lint: [[tool("eslint", "bin", "eslint.js"), ".", "--max-warnings=0", ...(write ? ["--fix"] : [])]],
  types: [
    [tool("typescript", "bin", "tsc"), "-b"],
    [
      tool("svelte-check", "bin", "svelte-check"),
      "--workspace",
      inRoot("renderer"),
      "--tsconfig",
      inRoot("renderer", "tsconfig.json"),
      "--fail-on-warnings",
      "--output",
      "human",
    ],
  ],
  sizes: [[inRoot("build", "file-sizes.ts")]],
  generated: [[inRoot("build", "generated.ts"), ...(write ? ["--write"] : [])]],
  tests: [[inRoot("build", "test.mjs")]],
});

await runMain(async (args) => {
  const all = steps(args.includes("--write"));
  const wanted = args.filter((arg) => arg !== "--write");
  const unknown = wanted.find((name) => !(name in all));
  if (unknown) throw new SetupError(`unknown step ${unknown}; known: ${Object.keys(all).join(", ")}`);
  const runtime = await preparePackages("all");
  const results = [];
  for (const [name, scripts] of Object.entries(all)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    say(`check: ${name}`);
    const startedMs = Date.now();
    let passed = true;
    for (const script of scripts) passed = (await hand(runtime, script, { cwd: inRoot() })) === 0 && passed;
    results.push({ name, passed, seconds: (Date.now() - startedMs) / 1000 });
  }
  for (const { name, passed, seconds } of results) say(`${passed ? "passed" : "FAILED"}  ${name} (${seconds.toFixed(1)} s)`);
  return results.every(({ passed }) => passed) ? 0 : 1;
});
