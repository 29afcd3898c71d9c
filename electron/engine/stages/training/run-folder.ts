/**
 * @file Where a run keeps what it makes.
 */
import { join } from "node:path";

export function runFolder(workspace: string, id: string): string {
  return join(workspace, "runs", id);
}
