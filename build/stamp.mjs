/**
 * @file What is stale, told quickly: a stamp keeps the sizes and times of the files something was made from, and the hash of their
 * contents. Equal sizes and times answer at once; when they differ (a fresh clone, a touched file) the contents decide.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { root } from "./paths.mjs";

/**
 * Compares `sources` (files and folders, absolute) with the stamp kept at `stampPath`. `commit` writes the stamp: call it once the thing
 * has been made. `salt` is anything else the result depends on.
 * @returns {{ fresh: boolean, commit: () => void }}
 */
export function checkStamp(stampPath, sources, salt = "") {
  const files = sources.flatMap((source) => listFiles(source)).sort();
  const shape = hash([salt, ...files.map((file) => `${relative(root, file)} ${statLine(file)}`)]);
  const known = readStamp(stampPath);
  if (known?.shape === shape) return { fresh: true, commit: () => {} };
  const content = hash([salt, ...files.flatMap((file) => [relative(root, file), readFileSync(file)])]);
  const commit = () => {
    mkdirSync(dirname(stampPath), { recursive: true });
    writeFileSync(stampPath, `${JSON.stringify({ shape, content })}\n`);
  };
  const fresh = known?.content === content;
  if (fresh) commit();
  return { fresh, commit };
}

/** Every file under `path`, or `path` itself, or nothing where there is none. Dot files and node_modules are left out. */
export function listFiles(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return [];
  if (!entry.isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((inside) => !inside.name.startsWith(".") && inside.name !== "node_modules")
    .flatMap((inside) => (inside.isDirectory() ? listFiles(join(path, inside.name)) : inside.isFile() ? [join(path, inside.name)] : []));
}

function readStamp(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

function statLine(file) {
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}

function hash(parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex");
}
