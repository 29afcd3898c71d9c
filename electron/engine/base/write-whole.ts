/**
 * @file A file that is there whole or not at all: written beside its place, then renamed. Against a process that dies, not against a power cut.
 */
import { renameSync, writeFileSync } from "node:fs";

/** Several processes may write the same file; the last one stays. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, content);
  renameSync(beside, path);
}
