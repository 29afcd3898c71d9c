/**
 * @file A file that may not be there: nothing yet, and no error.
 */
import { readFileSync } from "node:fs";

/** Null where there is none; any other trouble is thrown. */
export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw thrown;
  }
}
