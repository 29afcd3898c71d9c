/**
 * @file Makes everything a command needs, and only what is stale: packages and Node at the same time, then the pages and the native addon
 * at the same time. When nothing is stale it costs a look at the files' sizes and times and takes no lock.
 */
import { withSetupLock } from "./lock.mjs";
import { ensureNative, nativeIsFresh } from "./native-addon.mjs";
import { ensurePackages, packagesAreFresh } from "./packages.mjs";
import { ensureRenderer, rendererIsFresh } from "./renderer.mjs";
import { ensureRuntime, findRuntime } from "./runtime.mjs";

/**
 * @param {"app" | "all"} scope which packages
 * @returns {Promise<string>} the Node to run with
 */
export async function prepare(scope) {
  const runtime = findRuntime();
  if (runtime && packagesAreFresh(scope) && nativeIsFresh() && rendererIsFresh()) return runtime;
  return withSetupLock(async () => {
    const [installed] = await settleAll([ensureRuntime(), ensurePackages(scope)]);
    // The compiler holds this process; the pages are built in another one, so they go first.
    await settleAll([ensureRenderer(installed), ensureNative()]);
    return installed;
  });
}

/** Packages and Node only: for commands that build for themselves. */
export async function preparePackages(scope) {
  const runtime = findRuntime();
  if (runtime && packagesAreFresh(scope)) return runtime;
  return withSetupLock(async () => (await settleAll([ensureRuntime(), ensurePackages(scope)]))[0]);
}

/** Waits for all before it throws the first failure, so that no step is left running in the background. */
async function settleAll(steps) {
  const results = await Promise.allSettled(steps);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return results.map((result) => result.value);
}
