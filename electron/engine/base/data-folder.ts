/**
 * @file Where Likeness keeps its own files: the user's data directory of the platform, never inside an image folder.
 */
import { homedir } from "node:os";
import { join } from "node:path";

/** The data directory: $LIKENESS_DATA, else the platform's own place. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["LIKENESS_DATA"];
  if (own) return own;
  if (process.platform === "win32") return join(environment["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Likeness");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "Likeness");
  return join(environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "likeness");
}
