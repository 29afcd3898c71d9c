/**
 * @file `npm start -- FOLDER`: makes ready what is stale, then opens the app: an Electron window where that is possible, else the same app
 * in the browser through the local server.
 */
import { existsSync } from "node:fs";

import { ensureBundle } from "./app-bundle.mjs";
import { findElectron, whyNoWindow } from "./electron-binary.mjs";
import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { runMain, say } from "./say.mjs";

await runMain(async (args) => {
  const runtime = await prepare("app");
  const electron = existsSync(inRoot("electron", "main")) ? findElectron() : null;
  const obstacle = electron ? whyNoWindow() : "the Electron binary is not installed (`npm run setup -- --electron` fetches it)";
  // npm runs scripts in the package's folder; FOLDER is meant from where the person stands.
  const cwd = process.env.npm_lifecycle_event === "start" ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
  if (electron && !obstacle) {
    await ensureBundle(runtime);
    return hand(electron, [inRoot(), ...args], { cwd });
  }
  say(`${obstacle}: the app opens in the browser`);
  return hand(runtime, [inRoot("electron", "cli", "main.ts"), "serve", "--open", ...args], { cwd });
});
