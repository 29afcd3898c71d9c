/**
 * @file A Python environment for peers, made once in the fixtures folder through pip. Benchmarks only; the product never needs Python.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { fixturesFolder } from "../../fixtures/packages.ts";

/** The interpreter of an environment that has these packages; null (with a line that says so) where it cannot be made. */
export function pythonWith(packages: readonly string[]): string | null {
  const folder = join(fixturesFolder(), "python");
  const python = join(folder, "bin", "python");
  try {
    if (!existsSync(python)) execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], { stdio: "inherit" });
    return python;
  } catch (thrown) {
    process.stderr.write(`no Python peer: ${(thrown as Error).message}\n`);
    return null;
  }
}
