/**
 * @file The state of a run in one file, in the safetensors format (a length, a JSON header, raw numbers; github.com/huggingface/safetensors), so that other
 * tools can read it. A file is there whole or not at all: it is written beside its place, pushed to the disk and then renamed.
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

import { UserError } from "../../base/errors.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** What else belongs to it, as text. */
  readonly notes: Readonly<Record<string, string>>;
}

export function writeCheckpoint(path: string, { step, tensors, notes }: Checkpoint): void {
  const header: Record<string, unknown> = { __metadata__: { ...notes, step: String(step) } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, 32);
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const beside = `${path}.tmp`;
  const descriptor = openSync(beside, "w");
  try {
    for (const part of [
      length,
      padded,
      ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ])
      for (let written = 0; written < part.length;) written += writeSync(descriptor, part, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Null where there is none. Throws UserError `checkpoint` for a damaged one. */
export function readCheckpoint(path: string): Checkpoint | null {
  const bytes = readIfThere(path);
  if (bytes === null) return null;
  try {
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
    const { __metadata__: notes, ...entries } = header as unknown as { __metadata__: Record<string, string> } & typeof header;
    const tensors = new Map<string, HostTensor>();
    for (const [
      name,
      {
        shape,
        data_offsets: [from, to],
      },
    ] of Object.entries(entries)) {
      const part = bytes.subarray(8 + length + from, 8 + length + to);
      if (part.length !== to - from) throw new Error(`${name} is cut off`);
      // A copy, so that it lies on a whole word.
      tensors.set(name, { type: "float32", shape, data: new Float32Array(new Uint8Array(part).buffer) });
    }
    return { step: Number(notes["step"]), tensors, notes };
  } catch (thrown) {
    throw new UserError("checkpoint", `${path} is damaged (${(thrown as Error).message}); expected a checkpoint of a run.`, {
      cause: thrown,
    });
  }
}

/** So that the new name is on the disk too. Windows has no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
