/**
 * @file Hands a tensor over in a file. A picture for the encoder is 77 kB; sent in a message it is copied six times on its way from the child
 * through the engine's thread to the session, and each copy is garbage afterwards. In a file both sides share it is a page of the system's
 * cache that one writes and the other reads, and it never reaches the engine's thread.
 */
import { writeSync } from "node:fs";

import { keepOpen } from "../../base/kept-file.ts";

export interface TensorPlace {
  /** A file that is there, made by whoever asks. */
  readonly file: string;
  /** First byte of this tensor in it. */
  readonly offset: number;
}

const descriptorOf = keepOpen("r+");

export function writeTensor({ file, offset }: TensorPlace, tensor: Uint8Array): void {
  const descriptor = descriptorOf(file);
  for (let written = 0; written < tensor.length;)
    written += writeSync(descriptor, tensor, written, tensor.length - written, offset + written);
}
