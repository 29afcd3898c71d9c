/**
 * @file `npm run dev [-- FOLDER]`: a real engine behind the local server, and the pages from their sources with hot reload.
 */
import { inRoot } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { hand } from "./process.mjs";
import { runMain } from "./say.mjs";

await runMain(async (args) => {
  const runtime = await prepare("all");
  const cwd = process.env.npm_lifecycle_event === "dev" ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
  return hand(runtime, [inRoot("build", "dev-server.ts"), ...args], { cwd });
});
