/**
 * @file Where things lie, seen from the two commands. Like every `.mjs` here it runs on the machine's own Node (20.10 or newer) before
 * anything is installed, so it imports nothing but Node's own modules and its neighbours.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, links resolved. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that is made and not kept in git. */
export const outFolder = join(root, "out");

/** Where the packages of package-lock.json are installed. */
export const packagesFolder = join(root, "node_modules");

/** A path inside the repository. */
export function inRoot(...parts) {
  return join(root, ...parts);
}
