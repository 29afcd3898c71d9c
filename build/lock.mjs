/**
 * @file One set-up at a time. Two commands started together must not both install packages: the second waits for the first, then finds
 * everything fresh. A lock whose owner is gone is taken over.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { outFolder } from "./paths.mjs";
import { say } from "./say.mjs";

/** Runs `step` while holding the lock `out/setup.lock`. */
export async function withSetupLock(step) {
  const folder = join(outFolder, "setup.lock");
  const ownerFile = join(folder, "pid");
  mkdirSync(outFolder, { recursive: true });
  let said = false;
  while (!take(folder, ownerFile)) {
    if (!said) say("another Likeness command is setting things up: waiting for it");
    said = true;
    await sleep(200);
  }
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await step();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take(folder, ownerFile) {
  try {
    mkdirSync(folder);
  } catch (thrown) {
    if (thrown.code !== "EEXIST") throw thrown;
    if (ownerLives(folder, ownerFile)) return false;
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  writeFileSync(ownerFile, String(process.pid));
  return true;
}

function ownerLives(folder, ownerFile) {
  try {
    process.kill(Number(readFileSync(ownerFile, "utf8")) || -1, 0);
    return true;
  } catch (thrown) {
    if (thrown.code === "EPERM") return true;
    if (thrown.code === "ESRCH") return false;
    // The owner made the folder and has not written its number yet; after two seconds it never will.
    const made = statSync(folder, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs < 2000;
  }
}
