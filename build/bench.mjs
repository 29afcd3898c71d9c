/**
 * @file `npm run bench NAME [ARGUMENTS]`: runs one of test/bench/*.bench.ts. Benchmarks measure; they judge nothing.
 */
import { existsSync, readdirSync } from "node:fs";

import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { SetupError, runMain } from "./say.mjs";

await runMain(async ([name, ...args]) => {
  const ending = ".bench.ts";
  const folder = inRoot("test", "bench");
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
    : [];
  if (!name || !names.includes(name))
    throw new SetupError(`${name ? `there is no benchmark ${name}` : "which benchmark?"} Known: ${names.sort().join(", ") || "none yet"}`);
  const runtime = await prepare("all");
  return hand(runtime, ["--expose-gc", inRoot("test", "bench", `${name}${ending}`), ...args], { cwd: inRoot() });
});
