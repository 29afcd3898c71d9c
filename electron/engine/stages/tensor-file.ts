/**
 * @file The file through which decoded pictures reach the encoder, and who has which place in it. It holds what is in flight and no more, so
 * it stays a few megabytes. It lies in memory where the system has files there, so that what is read once is not also written to a disk (measured: 589 small pictures a second instead of 555);
 * else in the workspace. There and here the next job removes what a killed one left. Each job's has a name of its own, since children keep it open, and is nobody else's to read.
 */
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { BugError } from "../base/errors.ts";
import { isAlive } from "../base/processes.ts";

export interface TensorFile {
  readonly path: string;
  /** An offset that nobody else has until it is given back. */
  take(): number;
  giveBack(offset: number): void;
  /** What lies at `offset`. */
  read(offset: number, into: Uint8Array): void;
  /** Nobody reads or writes it any more. */
  close(): void;
}

const ending = ".tensors.tmp";

/** Files in memory, as Linux has them. */
const sharedMemory = "/dev/shm";
/** So much must be free there: containers have 64 MB of it, and whoever fills it up takes it from everybody. */
const amplyFree = 2 ** 30;
const ownName = /^likeness-(\d+)-[0-9a-f-]+\.tensors\.tmp$/;
/** Another container's processes look dead from here, but what they use was written just now. */
const leftAfterMs = 60 * 60 * 1000;

/** @param folder of files in memory, where one is wanted */
export function openTensorFile(workspace: string, bytesEach: number, folder = inMemory()): TensorFile {
  for (const name of readdirSync(workspace)) if (name.endsWith(ending)) rmSync(join(workspace, name), { force: true });
  const path = join(folder ?? workspace, `likeness-${process.pid}-${randomUUID()}${ending}`);
  writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  if (folder !== null) removeLeft(folder, statSync(path).mtimeMs);
  const descriptor = openSync(path, "r");
  const free: number[] = [];
  let end = 0;
  return {
    path,
    take: () => {
      const known = free.pop();
      if (known !== undefined) return known;
      end += bytesEach;
      return end - bytesEach;
    },
    giveBack: (offset) => {
      free.push(offset);
    },
    read: (offset, into) => {
      for (let read = 0; read < into.length;) {
        const count = readSync(descriptor, into, read, into.length - read, offset + read);
        if (count === 0) throw new BugError(`${path} ends before ${offset + into.length}`);
        read += count;
      }
    },
    close: () => {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

function inMemory(): string | null {
  if (process.platform !== "linux") return null;
  try {
    const { bavail, bsize } = statfsSync(sharedMemory);
    return bavail * bsize >= amplyFree ? sharedMemory : null;
  } catch {
    return null;
  }
}

/** Of processes that are no more. What is somebody else's cannot be removed, and is left. */
function removeLeft(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(ownName.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    const path = join(folder, name);
    try {
      if (now - statSync(path).mtimeMs > leftAfterMs) rmSync(path, { force: true });
    } catch {
      // Of another person's process.
    }
  }
}
