/**
 * @file The file through which decoded pictures reach the encoder, and who has which place in it. It holds what is in flight and no more, so
 * it stays a few megabytes; it lies in the workspace, where the next job removes what a killed one left. Each job's has a name of its own,
 * since children keep it open.
 */
import { closeSync, openSync, readSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { BugError } from "../base/errors.ts";

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
let made = 0;

export function openTensorFile(workspace: string, bytesEach: number): TensorFile {
  for (const name of readdirSync(workspace)) if (name.endsWith(ending)) rmSync(join(workspace, name), { force: true });
  const path = join(workspace, `${process.pid}-${++made}${ending}`);
  writeFileSync(path, "");
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
