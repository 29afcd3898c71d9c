/**
 * @file `npm test [-- FILE...]`: makes ready what the tests need, runs them, and closes with the line `N passed, N failed, N skipped`.
 */
import { readFileSync, rmSync } from "node:fs";

import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { runMain, say } from "./say.mjs";
import { findChromium, installSystem, sayWhatIsMissing } from "./system.mjs";
import { closingLine, countTests, failures } from "./test-report.mjs";

await runMain(async (args) => {
  if (process.env.CI === "true") await installSystem();
  const runtime = await prepare("all");
  sayWhatIsMissing();
  const report = inRoot("out", "test-report.json");
  rmSync(report, { force: true });
  const chromium = findChromium();
  const env = { ...process.env, ...(chromium ? { LIKENESS_CHROMIUM: chromium } : {}) };
  const vitest = [
    inRoot("node_modules", "vitest", "vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const code = await hand(runtime, [...vitest, ...args], { cwd: inRoot(), env });
  const read = readReport(report);
  for (const failure of failures(read, inRoot())) say(`failed: ${failure}`);
  const counts = countTests(read, code);
  if (counts.passed === 0 && counts.failed === 0) say("not one test ran");
  process.stdout.write(`${closingLine(counts)}\n`);
  return counts.failed > 0 || counts.passed === 0 ? code || 1 : code;
});

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
