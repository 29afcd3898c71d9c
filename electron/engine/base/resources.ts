/**
 * @file One resolver for everything the engine loads by path: worker and child entries, bundled encoders. It knows three homes:
 * source (.ts files, run by Node with types stripped), a bundle in `out/app`, and a packaged app, where whatever native code or another
 * process must open lies unpacked beside the archive.
 */
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Entry -> its source file, relative to electron/engine. The bundle names each `<entry>.js`. */
const entries = {
  "pixel-child": "children/pixel-child.ts",
  "inference-worker": "runtime/inference-worker.ts",
  "compute-worker": "stages/compute-worker.ts",
  "fewshot-worker": "stages/fewshot/fewshot-worker.ts",
  trainer: "stages/training/trainer.ts",
} as const;

export type EntryName = keyof typeof entries;

/** True when running from source. */
export const fromSource = import.meta.url.endsWith(".ts");

const here = dirname(fileURLToPath(import.meta.url));
const engineFolder = fromSource ? dirname(here) : here;

/** Absolute path of a worker's or a child's entry. */
export function entryPath(name: EntryName): string {
  return unpacked(join(engineFolder, fromSource ? entries[name] : `${name}.js`));
}

/** Every entry with its source path relative to electron/engine, for the bundler. */
export function entrySources(): Readonly<Record<EntryName, string>> {
  return entries;
}

/** Absolute path of the folder of encoders that ship with the app. */
export function bundledEncodersFolder(): string {
  return unpacked(fromSource ? join(engineFolder, "encoders", "bundled") : join(engineFolder, "bundled"));
}

/** Native code and other processes cannot read inside an asar archive; electron-builder puts what they need beside it. */
export function unpacked(path: string): string {
  return path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
}
