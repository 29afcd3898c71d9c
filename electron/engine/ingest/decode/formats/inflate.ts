/**
 * @file Packed bytes unpacked by Node's own zlib, never to more than was asked for and a little.
 */
import { constants, inflateSync } from "node:zlib";

import { messageOf } from "../../../base/errors.ts";
import { DecodeError } from "../decode-error.ts";

/** Writers pad the last strip; more than this is a bomb. */
const slack = 65_536;

/** @param what is packed, for the words of an error: "a strip of the TIFF" */
export function inflate(chunk: Uint8Array, length: number, what: string): Buffer {
  // Some writers end without the check sum; what they wrote is whole.
  return unpackAtMost(length, what, (maxOutputLength) => inflateSync(chunk, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH }));
}

/** @param unpack is given the most bytes that may come of it */
export function unpackAtMost(length: number, what: string, unpack: (most: number) => Buffer): Buffer {
  try {
    return unpack(length + slack);
  } catch (thrown) {
    throw new DecodeError("corrupt", `${what} cannot be unpacked: ${messageOf(thrown)}`);
  }
}
