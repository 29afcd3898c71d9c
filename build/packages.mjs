/**
 * @file Installs the packages of package-lock.json when they are missing or changed. `npm start` needs those that run and build the app,
 * the tests need all of them; a full install serves both. No package may run a script: every native part we use ships inside its
 * package, and the two that would download something more (Electron's binary, ONNX Runtime's CUDA) are fetched on request only.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";

import { inRoot, packagesFolder } from "./paths.mjs";
import { npm, tail } from "./process.mjs";
import { SetupError, timed } from "./say.mjs";

const lockPath = inRoot("package-lock.json");
const stampPath = inRoot("node_modules", ".likeness-stamp");
const noDownloads = { ELECTRON_SKIP_BINARY_DOWNLOAD: "1", ONNXRUNTIME_NODE_INSTALL: "skip" };

/** True when what `scope` ("app" or "all") needs is installed. A stamp with other times but the same contents is renewed. */
export function packagesAreFresh(scope) {
  const stamp = readJson(stampPath);
  const { size, mtimeMs } = statSync(lockPath);
  const covers = (known) => known === "all" || known === scope;
  if (stamp && covers(stamp.scope) && stamp.size === size && stamp.mtimeMs === mtimeMs) return true;
  if (stamp && covers(stamp.scope) && stamp.hash === lockHash()) return writeStamp(stamp.scope);
  // Installed by hand (npm install, npm ci): npm's own record tells what is there.
  const installed = readJson(inRoot("node_modules", ".package-lock.json"));
  if (installed && ["all", scope].some((wanted) => matches(installed.packages, wanted) && writeStamp(wanted))) return true;
  return false;
}

/** Installs what `scope` needs, unless it is there. */
export async function ensurePackages(scope) {
  if (packagesAreFresh(scope)) return;
  const omit = scope === "app" ? ["--omit=dev"] : [];
  await timed(`installing packages (${scope === "app" ? "those of the app" : "all"})`, "packages are there", async () => {
    rmSync(stampPath, { force: true });
    const { code, output } = await npm(["ci", ...omit], { env: { ...process.env, ...noDownloads } });
    if (code === 0) return writeStamp(scope);
    throw new SetupError(`the packages could not be installed:\n${tail(output)}\n${advice(output)}`);
  });
}

/** Does npm's record of what is installed hold everything the lock file asks for on this platform? */
function matches(installed, scope) {
  const wanted = readJson(lockPath).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.optional || entry.devOptional || (scope === "app" && entry.dev)) return true;
    return installed[path]?.version === entry.version && existsSync(inRoot(path));
  });
}

function advice(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH/.test(output))
    return "The package registry cannot be reached: check the network (or `npm config get registry`) and try again.";
  if (/ENOSPC/.test(output)) return "The disk is full: about 600 MB are needed.";
  if (/EACCES|EPERM/.test(output)) return `This user may not write to ${packagesFolder}: change its owner or use a copy of your own.`;
  if (/package-lock\.json.*not in sync|can only install packages when/s.test(output))
    return "package.json and package-lock.json disagree: run `npm install` and try again.";
  return "Run `npm ci` by hand to see the whole message.";
}

function writeStamp(scope) {
  const { size, mtimeMs } = statSync(lockPath);
  writeFileSync(stampPath, `${JSON.stringify({ scope, hash: lockHash(), size, mtimeMs })}\n`);
  return true;
}

function lockHash() {
  return createHash("sha256").update(readFileSync(lockPath)).digest("hex");
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
