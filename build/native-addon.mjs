/**
 * @file Decides when the native addon is built (build/native.mjs builds it): when its sources, the packages or the compiler of this
 * machine have changed. Without a compiler, or when the build fails, the TypeScript twins run instead; that is never an error.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import { buildNative } from "./native.mjs";
import { inRoot } from "./paths.mjs";
import { say } from "./say.mjs";
import { checkStamp } from "./stamp.mjs";

/** True when there is nothing to build. */
export function nativeIsFresh() {
  return nativeStamp().fresh;
}

/** Builds the addon where stale, and says in one line how that went. */
export async function ensureNative() {
  if (nativeIsFresh()) return;
  const startedMs = Date.now();
  const { built, why } = await buildNative();
  say(`native addon: ${why}${built ? ` (${((Date.now() - startedMs) / 1000).toFixed(1)} s)` : ""}`);
  // A failure is kept as well: it is tried again when sources or compiler change, not at every start.
  nativeStamp().commit();
}

/** The C++ compiler of this machine, or null. */
export function findCompiler() {
  if (process.env.CXX) return process.env.CXX;
  const names = process.platform === "win32" ? ["cl.exe", "clang++.exe", "g++.exe"] : ["c++", "g++", "clang++"];
  return findOnPath(names);
}

/** The first of `names` that lies on the PATH, or null. */
export function findOnPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const name of names) {
    const folder = folders.find((candidate) => existsSync(join(candidate, name)));
    if (folder) return join(folder, name);
  }
  return null;
}

function nativeStamp() {
  return checkStamp(
    inRoot("out", "native", ".stamp"),
    [inRoot("native", "src"), inRoot("build", "native.mjs"), inRoot("package-lock.json")],
    `${process.platform} ${process.arch} ${findCompiler() ?? "no compiler"}`,
  );
}
