/**
 * @file What `./likeness` does before the command line proper: makes ready what is stale, saying so on standard error only, and prints
 * the Node to run with. The shell script then becomes that Node, so that signals, exit codes and a kill reach the command itself.
 * `node build/likeness.mjs --run ARGUMENTS` does both, for systems without a POSIX shell.
 */
import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { runMain } from "./say.mjs";

await runMain(async ([mode, ...args]) => {
  const runtime = await prepare("app");
  if (mode === "--run") return hand(runtime, [inRoot("electron", "cli", "main.ts"), ...args]);
  process.stdout.write(`${runtime}\n`);
  return 0;
});
