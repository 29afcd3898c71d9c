/**
 * @file Temporary folders of this process. What a process that was killed left behind goes when the next one makes a folder of the same kind.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { isAlive } from "./processes.ts";

let made = 0;

/**
 * A new folder inside `parent`.
 *
 * @param kind first part of its name
 */
export function makeTemporaryFolder(parent: string, kind: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(kind) ? /^(\d+)-\d+$/.exec(name.slice(kind.length))?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const place = join(parent, `${kind}${process.pid}-${++made}`);
  mkdirSync(place, { mode: 0o700 });
  return place;
}
