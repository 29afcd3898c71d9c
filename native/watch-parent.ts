/**
 * @file A thread of the native addon that ends this process when its parent is gone, whatever the process is doing.
 */
import { loadNative } from "./load.ts";

/** False where there is no such thread here: no addon, or Windows. */
export function watchParentNatively(parent: number): boolean {
  const watch = loadNative().exports?.["watchParent"];
  return typeof watch === "function" && (watch as (given: { parent: number }) => boolean)({ parent });
}
