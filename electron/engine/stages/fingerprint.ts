/**
 * @file A stored result carries what made it: the encoder and the exact set of contents. Another set, another fingerprint.
 */
import { createHash } from "node:crypto";

/** @param version of the algorithm that makes the result: raise it, and old results are stale */
export function fingerprint(what: string, version: number, encoderKey: number, contentIds: ArrayLike<number>): string {
  const ids = Int32Array.from(contentIds);
  return createHash("sha256")
    .update(`${what}/${version}/${encoderKey}/${ids.length}/`)
    .update(new Uint8Array(ids.buffer))
    .digest("hex")
    .slice(0, 32);
}
