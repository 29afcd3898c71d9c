/**
 * @file Builds the renderer into `out/renderer` with Vite when its sources, the protocol or the packages have changed.
 */
import { existsSync } from "node:fs";

import { inRoot } from "./paths.mjs";
import { capture, tail } from "./process.mjs";
import { SetupError, timed } from "./say.mjs";
import { checkStamp } from "./stamp.mjs";

/** Builds where stale. `runtime` is the Node to run Vite with. */
export async function ensureRenderer(runtime) {
  const stamp = rendererStamp();
  if (stamp.fresh) return;
  await timed("building the app's pages", "the pages are built", async () => {
    const { code, output } = await capture(runtime, [
      inRoot("node_modules", "vite", "bin", "vite.js"),
      "build",
      inRoot("renderer"),
      "--config",
      inRoot("renderer", "vite.config.ts"),
      "--logLevel",
      "warn",
    ]);
    if (code !== 0) throw new SetupError(`the pages of the app could not be built:\n${tail(output, 30)}`);
    stamp.commit();
  });
}

/** True when `out/renderer` is what the sources say. */
export function rendererIsFresh() {
  return rendererStamp().fresh;
}

function rendererStamp() {
  const stamp = checkStamp(inRoot("out", "renderer.stamp"), [
    inRoot("renderer"),
    inRoot("electron", "protocol"),
    inRoot("package-lock.json"),
  ]);
  return { ...stamp, fresh: stamp.fresh && existsSync(inRoot("out", "renderer", "index.html")) };
}
