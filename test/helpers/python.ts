/**
 * @file A Python that has what a test needs, where there is one: tests of what we hand to Python people run there and are skipped, visibly,
 * elsewhere. Nothing is installed for them.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { fixturesFolder } from "../fixtures/packages.ts";

/** $LIKENESS_PYTHON, the environment that benchmarks make, or the machine's own; null where none can import all of these modules. */
export function pythonWithModules(modules: readonly string[]): string | null {
  const candidates = [process.env["LIKENESS_PYTHON"], join(fixturesFolder(), "python", "bin", "python"), "python3"];
  const found = candidates.find(
    (python) => python !== undefined && spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" }).status === 0,
  );
  if (found === undefined) process.stderr.write(`no Python here has ${modules.join(", ")}: what needs it is skipped\n`);
  return found ?? null;
}
