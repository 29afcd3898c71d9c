/**
 * @file Bundles the Electron app into `out/app`: the main process, the preload script, the engine of the utility process, and every entry
 * that the engine starts by path. Each bundle stands alone, so that what another process loads can lie outside the archive. Packages
 * with native parts stay packages. Run by itself it writes the bundle; exit 1 where an entry is missing.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { entrySources } from "../electron/engine/base/resources.ts";

/** Packages with native parts, or with codecs in WebAssembly that lie beside their script: never bundled, shipped in node_modules. */
export const nativePackages = [
  "onnxruntime-node",
  "better-sqlite3",
  "sharp",
  "@julusian/jpeg-turbo",
  "@parcel/watcher",
  // Under the LGPL: as a package of its own it can be replaced.
  "libheif-js",
  // LibRaw inside is under the LGPL or the CDDL.
  "libraw-wasm",
  "@jsquash/jxl",
  "@cornerstonejs/codec-openjpeg",
  "@cornerstonejs/codec-openjph",
  "@cornerstonejs/codec-charls",
] as const;

export interface BundleEntry {
  readonly name: string;
  /** Relative to the repository. */
  readonly source: string;
  /** A sandboxed preload script must be CommonJS; everything else is a module. */
  readonly format: "esm" | "cjs";
}

const root = fileURLToPath(new URL("..", import.meta.url));
const appFolder = join(root, "out", "app");

/** The processes of the shell, then everything the engine starts by path. */
export function bundleEntries(): BundleEntry[] {
  const shell: BundleEntry[] = [
    { name: "main", source: "electron/main/main.ts", format: "esm" },
    { name: "preload", source: "electron/preload/preload.ts", format: "cjs" },
    { name: "engine-process", source: "electron/utility/engine-process.ts", format: "esm" },
  ];
  const engine = Object.entries(entrySources()).map(([name, source]): BundleEntry => ({
    name,
    source: `electron/engine/${source}`,
    format: "esm",
  }));
  return [...shell, ...engine];
}

/** The file a bundle is written to, relative to `out/app`. */
export function bundleFile(entry: BundleEntry): string {
  return `${entry.name}.${entry.format === "cjs" ? "cjs" : "js"}`;
}

/** Writes `out/app` anew and returns the entries whose source does not exist. */
export async function bundleApp(folder: string = appFolder): Promise<BundleEntry[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const entries = bundleEntries();
  const present = entries.filter((entry) => existsSync(join(root, entry.source)));
  await Promise.all(present.map((entry) => bundle(entry, folder)));
  cpSync(join(root, "electron", "engine", "encoders", "bundled"), join(folder, "bundled"), { recursive: true });
  return entries.filter((entry) => !present.includes(entry));
}

async function bundle(entry: BundleEntry, folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [entry.source],
    outfile: join(folder, bundleFile(entry)),
    bundle: true,
    platform: "node",
    format: entry.format,
    target: "node24",
    external: ["electron", ...nativePackages, "bufferutil", "utf-8-validate"],
    // CommonJS packages inside a module bundle ask for Node's own modules through require.
    ...(entry.format === "esm"
      ? { banner: { js: 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);' } }
      : {}),
    legalComments: "eof",
    logLevel: "warning",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = await bundleApp();
  for (const entry of missing) process.stderr.write(`${entry.source} is missing: ${bundleFile(entry)} was not made\n`);
  process.exitCode = missing.length > 0 ? 1 : 0;
}
