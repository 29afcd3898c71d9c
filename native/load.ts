/**
 * @file Finds and loads the native addon, or says why there is none. `LIKENESS_NATIVE=off` asks for the TypeScript twins;
 * `LIKENESS_NATIVE=/path/to/file.node` for that very binary. Node loads an addon once per thread, so worker threads may call this at the same time.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What the addon exports, before anybody has looked. */
export type NativeExports = Readonly<Record<string, unknown>>;

export type LoadResult = { readonly exports: NativeExports; readonly path: string } | { readonly exports: null; readonly why: string };

/** Levels of src/instructions.h, in its order. */
export const instructionLevels = ["scalar", "neon", "avx2", "avx512"] as const;
export type InstructionLevel = (typeof instructionLevels)[number];

/** Where the addon lies: `out/native` beside the sources, or beside the bundle, outside the archive of a packaged app. */
export function nativePath(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const name = `likeness-${process.platform}-${process.arch}.node`;
  const path = import.meta.url.endsWith(".ts") ? join(here, "..", "out", "native", name) : join(here, "..", "native", name);
  return path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
}

export function loadNative(environment: NodeJS.ProcessEnv = process.env): LoadResult {
  const wish = environment["LIKENESS_NATIVE"] ?? "";
  if (wish === "off") return { exports: null, why: "switched off by LIKENESS_NATIVE=off" };
  const path = wish === "" ? nativePath() : wish;
  if (!existsSync(path)) return { exports: null, why: `there is no ${path}: it is made where a C++ compiler (g++ or clang++) is found` };
  try {
    return { exports: createRequire(import.meta.url)(path) as NativeExports, path };
  } catch (thrown) {
    return { exports: null, why: `${path} does not load: ${thrown instanceof Error ? thrown.message.split("\n")[0] : String(thrown)}` };
  }
}
