/**
 * @file Bundles the Electron app into `out/app` when its sources have changed (build/bundle.ts does it).
 */
import { existsSync } from "node:fs";

import { inRoot } from "./paths.mjs";
import { capture, tail } from "./process.mjs";
import { SetupError, timed } from "./say.mjs";
import { checkStamp } from "./stamp.mjs";

/** Bundles where stale. `runtime` is the Node to run esbuild with. */
export async function ensureBundle(runtime) {
  const stamp = checkStamp(inRoot("out", "app.stamp"), [
    inRoot("electron"),
    inRoot("native"),
    inRoot("build", "bundle.ts"),
    inRoot("package-lock.json"),
  ]);
  if (stamp.fresh && existsSync(inRoot("out", "app"))) return;
  if (!existsSync(inRoot("node_modules", "esbuild"))) throw new SetupError("esbuild is not installed: run `npm run setup`");
  await timed("bundling the app", "the app is bundled", async () => {
    const { code, output } = await capture(runtime, [inRoot("build", "bundle.ts")]);
    if (code !== 0) throw new SetupError(`the app could not be bundled:\n${tail(output, 30)}`);
    stamp.commit();
  });
}
