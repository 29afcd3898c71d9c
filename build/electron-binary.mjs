/**
 * @file The Electron binary: the npm package fetches it from outside the registry, so it may be missing, and asking the package for its
 * path would start a download. This looks at the files instead.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { inRoot } from "./paths.mjs";

/** Path of the Electron executable, or null where it was not fetched. */
export function findElectron() {
  const folder = inRoot("node_modules", "electron");
  const pathFile = join(folder, "path.txt");
  if (!existsSync(pathFile)) return null;
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, "dist");
  const binary = join(dist, readFileSync(pathFile, "utf8").trim());
  return existsSync(binary) ? binary : null;
}

/** Why a window cannot be opened here although the binary is there, or null. */
export function whyNoWindow(environment = process.env, userId = process.getuid?.()) {
  if (process.platform !== "linux") return null;
  if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY) return "there is no display";
  if (userId === 0) return "Electron does not start as root";
  return null;
}
