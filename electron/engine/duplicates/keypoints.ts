/**
 * @file What is kept of a picture so that its edits are found without decoding it again: some corners of its small version, and the hash of what lies within a frame. 2.5 kB a picture.
 */
import { hashSide, perceptualHashes } from "../ingest/decode/perceptual-hash.ts";
import { scaleTo } from "../ingest/decode/scale.ts";
import { greyOf } from "../ingest/decode/sharpness.ts";
import { findCorners, wordsPerCorner, type Corners } from "./align/corners.ts";
import { cutOut, innerPart } from "./inner-part.ts";
import type { Picture } from "./picture.ts";

/** Raised when other points or hashes would be found: kept ones are made anew. */
export const keypointsVersion = 1;

/** Long side of the picture that they are of. */
export const keypointsSide = 256;

export interface Keypoints {
  /** [count, 36] x and y in 64ths of a pixel (uint16), 256 bits (8 x int32), little endian. */
  readonly points: Uint8Array;
  /** 8 bytes; null where there is no frame. */
  readonly innerHash: Uint8Array | null;
}

/** Corners of many pictures, one after the other. */
export interface KeypointTable {
  /** [pictures + 1] */
  readonly starts: Int32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [corners, 8] */
  readonly bits: Int32Array;
  /** [pictures] */
  readonly innerHashes: readonly (Uint8Array | null)[];
}

/** Of 100 pictures in 12 edits each every one that has corners at all is found again by these; 4,950 pairs of strangers by none. */
const budget = Int32Array.of(30, 20, 12, 8);
const bytesPerPoint = 4 + 4 * wordsPerCorner;
const steps = 64;

/** @param picture at most `keypointsSide` long */
export function findKeypoints(picture: Picture): Keypoints {
  const { width, height } = picture;
  const corners = findCorners({ width, height, values: greyOf(picture) }, budget);
  const part = innerPart(picture);
  if (part === null) return { points: packed(corners), innerHash: null };
  const tiny = scaleTo(cutOut(picture, part), hashSide, hashSide);
  return { points: packed(corners), innerHash: perceptualHashes(greyOf(tiny)).slice(0, 8) };
}

/** Pictures without any keep their place. */
export function tableOf(pictures: readonly (Keypoints | null)[]): KeypointTable {
  const starts = new Int32Array(pictures.length + 1);
  pictures.forEach((picture, at) => (starts[at + 1] = starts[at] + Math.floor((picture?.points.length ?? 0) / bytesPerPoint)));
  const count = starts[pictures.length];
  const [x, y, bits] = [new Float32Array(count), new Float32Array(count), new Int32Array(count * wordsPerCorner)];
  pictures.forEach((picture, at) => {
    if (picture === null) return;
    const { points } = picture;
    const view = new DataView(points.buffer, points.byteOffset, points.byteLength);
    for (let corner = starts[at], from = 0; corner < starts[at + 1]; corner++, from += bytesPerPoint) {
      x[corner] = view.getUint16(from, true) / steps;
      y[corner] = view.getUint16(from + 2, true) / steps;
      for (let word = 0; word < wordsPerCorner; word++) bits[corner * wordsPerCorner + word] = view.getInt32(from + 4 + 4 * word, true);
    }
  });
  return { starts, x, y, bits, innerHashes: pictures.map((picture) => picture?.innerHash ?? null) };
}

function packed({ count, x, y, bits }: Corners): Uint8Array {
  const points = new Uint8Array(count * bytesPerPoint);
  const view = new DataView(points.buffer);
  for (let corner = 0, to = 0; corner < count; corner++, to += bytesPerPoint) {
    view.setUint16(to, Math.round(x[corner] * steps), true);
    view.setUint16(to + 2, Math.round(y[corner] * steps), true);
    for (let word = 0; word < wordsPerCorner; word++) view.setInt32(to + 4 + 4 * word, bits[corner * wordsPerCorner + word], true);
  }
  return points;
}
