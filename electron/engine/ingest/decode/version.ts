/**
 * @file The version of everything decoding writes down: pixels, hashes, signatures, quality. Raise it when any of them changes meaning; stored
 * rows of an older version are then made anew, and files that an older version could not read are tried again.
 */
export const decodeVersion = 7;
