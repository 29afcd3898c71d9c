/**
 * @file Programs of the system that the checks use: Chromium for the tests in the browser, a C++ compiler for the native addon. They are
 * installed only where that was asked for (`npm run setup -- --system`) or where a machine runs the checks by itself (CI=true).
 */
import { existsSync } from "node:fs";

import { findCompiler, findOnPath } from "./native-addon.mjs";
import { capture, tail } from "./process.mjs";
import { SetupError, say, timed } from "./say.mjs";

const chromiumNames = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const macChromium = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** Path of a Chromium for the tests in the browser, or null. LIKENESS_CHROMIUM names another one. */
export function findChromium() {
  const own = process.env.LIKENESS_CHROMIUM;
  if (own) return own;
  if (process.platform === "darwin" && existsSync(macChromium)) return macChromium;
  return findOnPath(chromiumNames);
}

/** Installs what is missing through apt-get. */
export async function installSystem() {
  const wanted = [...(findChromium() ? [] : ["chromium", "fonts-dejavu-core"]), ...(findCompiler() ? [] : ["g++"])];
  if (wanted.length === 0) return;
  const prefix = await aptPrefix();
  if (!prefix)
    throw new SetupError(
      `missing: ${wanted.join(", ")}. Install them with your system's package client (this command knows apt-get, as root or with sudo).`,
    );
  await timed(`installing ${wanted.join(", ")} with apt-get`, `${wanted.join(", ")} installed`, async () => {
    await apt(prefix, ["update", "-qq"]);
    await apt(prefix, ["install", "-y", "-qq", "--no-install-recommends", ...wanted]);
  });
}

/** One line about what is missing for a whole test run, said before it starts. */
export function sayWhatIsMissing() {
  if (!findChromium()) say("no Chromium here: the tests in the browser are skipped (`npm run setup -- --system` installs it)");
  if (!findCompiler()) say("no C++ compiler here: the tests of the native addon are skipped (`npm run setup -- --system` installs it)");
}

async function apt(prefix, args) {
  const [command, ...rest] = [...prefix, "apt-get", ...args];
  const { code, output } = await capture(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  if (code !== 0) throw new SetupError(`apt-get ${args[0]} failed:\n${tail(output)}`);
}

/** How apt-get is reached with the rights it needs, or null. */
async function aptPrefix() {
  if (!findOnPath(["apt-get"])) return null;
  if (process.getuid?.() === 0) return [];
  const allowed = findOnPath(["sudo"]) && (await capture("sudo", ["-n", "true"])).code === 0;
  return allowed ? ["sudo", "-n"] : null;
}
