/**
 * @file Vectors of an encoder that the collection does not use, kept beside a run: looking at a report must change nothing of the collection, and a comparison that was
 * stopped goes on where it was. One file an encoder, appended to; each record is a content's id and its vector as float16.
 */
import { appendFileSync, truncateSync } from "node:fs";
import { join } from "node:path";

import { readIfThere } from "../../base/read-if-there.ts";
import { preprocessingVersion, type RegisteredEncoder } from "../../encoders/registry.ts";
import type { EmbeddedContent } from "../embed-contents.ts";

const idBytes = 4;

export interface KeptVectors {
  /** What was kept, by content. Call it before the first `append`. */
  read(): Map<number, Buffer>;
  append(batch: readonly EmbeddedContent[]): void;
}

/** @param folder of the run */
export function keptVectors(folder: string, { card }: RegisteredEncoder): KeptVectors {
  const path = join(folder, `compared-${card.sha256.slice(0, 12)}-${preprocessingVersion}.f16`);
  const recordBytes = idBytes + 2 * card.output.dimensions;
  return {
    read: () => {
      const bytes = readIfThere(path) ?? Buffer.alloc(0);
      const count = Math.floor(bytes.length / recordBytes);
      // A process that died while writing left a part of a record at the end.
      if (count * recordBytes < bytes.length) truncateSync(path, count * recordBytes);
      return new Map(
        Array.from({ length: count }, (_, at): [number, Buffer] => {
          const start = at * recordBytes;
          return [bytes.readInt32LE(start), bytes.subarray(start + idBytes, start + recordBytes)];
        }),
      );
    },
    append: (batch) => {
      const bytes = Buffer.alloc(batch.length * recordBytes);
      batch.forEach(({ contentId, vector }, at) => {
        bytes.writeInt32LE(contentId, at * recordBytes);
        vector.copy(bytes, at * recordBytes + idBytes);
      });
      appendFileSync(path, bytes);
    },
  };
}
