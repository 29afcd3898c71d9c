/**
 * @file `npm run package [-- --dir | --check]`: installers of this machine's platform into `dist/`; `--dir` the unpacked app; `--check`
 * only makes the bundle and checks the configuration.
 */
import { dirname } from "node:path";

import { findElectron } from "./electron-binary.mjs";
import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { runMain } from "./say.mjs";

await runMain(async (args) => {
  const runtime = await prepare("all");
  const electron = findElectron();
  return hand(runtime, [inRoot("build", "package-app.ts"), ...args, ...(electron ? ["--electron", dirname(electron)] : [])], {
    cwd: inRoot(),
  });
});
