/**
 * @file Finds TensorFlow for Node where `npm run setup -- --tensorflow` put it, or where a person installed it. It is no dependency of the app.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";

import { UserError, messageOf } from "../../../base/errors.ts";
import { nativeKernels } from "./native-kernels.ts";
import type { Kernels } from "./kernels.ts";

export type TensorflowApi = typeof import("@tensorflow/tfjs");

export interface Tensorflow {
  readonly api: TensorflowApi;
  readonly kernels: Kernels;
  /** Package, version and device, for people. */
  readonly title: string;
}

/** Folders with a node_modules of ours, seen from the sources or from the bundle in out/app. */
const folders = import.meta.url.endsWith(".ts")
  ? ["../../../../../out/tensorflow", "../../../../.."].map((path) => join(import.meta.dirname, path))
  : ["../tensorflow", "../.."].map((path) => join(import.meta.dirname, path));

/** The graphics card's first. */
const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

/** Where a package lies; null where none does. */
export function findTensorflow(): { readonly name: string; readonly from: string } | null {
  for (const from of folders)
    for (const name of packages) if (existsSync(join(from, "node_modules", name, "package.json"))) return { name, from };
  return null;
}

/** One line for `doctor`: what is installed; it is not loaded for that. */
export function describeTensorflow(): string {
  const found = findTensorflow();
  if (found === null) return "not installed";
  const read = (path: string): Readonly<Record<string, string>> | null =>
    existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, string>>) : null;
  const version = read(join(found.from, "node_modules", found.name, "package.json"))?.["version"] ?? "";
  const library = read(join(found.from, "ready.json"))?.["library"];
  return `${found.name} ${version}${library === undefined ? "" : ` on TensorFlow ${library}`}`;
}

/** Throws UserError `tensorflow-missing` where there is none, or it does not load. One process loads it once. */
export async function loadTensorflow(threads: number): Promise<Tensorflow> {
  const found = findTensorflow();
  if (found === null)
    throw new UserError("tensorflow-missing", "TensorFlow for Node is not installed. `npm run setup -- --tensorflow` installs it.");
  // Read by the library when it is loaded; no more than warnings on the terminal.
  process.env["TF_NUM_INTRAOP_THREADS"] ??= String(threads);
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  giveBack();
  try {
    const api = createRequire(join(found.from, "package.json"))(found.name) as TensorflowApi;
    api.enableProdMode();
    await api.ready();
    return { api, kernels: nativeKernels(api), title: `${found.name} ${api.version["tfjs-core"]}` };
  } catch (thrown) {
    throw new UserError(
      "tensorflow-missing",
      `TensorFlow for Node (${join(found.from, "node_modules", found.name)}) does not load: ${messageOf(thrown)}. \`npm run setup -- --tensorflow\` installs it anew.`,
      { cause: thrown },
    );
  }
}

/**
 * What a process that trains on TensorFlow should begin with. TensorFlow asks the system for each tensor and gives it back, and a system that hands out
 * fresh pages slowly makes that cost more than the arithmetic: glibc is told to keep what it has.
 */
export function tensorflowEnvironment(): Readonly<Record<string, string>> {
  if (process.platform !== "linux") return {};
  return { MALLOC_MMAP_MAX_: "0", MALLOC_TRIM_THRESHOLD_: String(2 ** 40), MALLOC_ARENA_MAX: "1" };
}

/** The package calls functions that Node has taken away. */
function giveBack(): void {
  const known = util as unknown as Record<string, unknown>;
  known["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
}
