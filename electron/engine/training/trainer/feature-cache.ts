/**
 * @file What the frozen part of a network made of some views of each picture, kept as float16 in a file, so that training behind it needs neither decoding
 * nor augmentation nor that part again. View 0 is the plain picture and is not trained on.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, statSync, writeSync } from "node:fs";

import { BugError } from "../../base/errors.ts";

export interface FeatureCache {
  readonly pictures: number;
  /** Views to train on, of each picture. */
  readonly views: number;
  /** A view of a picture, [numbersPerView]; the memory is used again by the next call. */
  read(picture: number, view: number): Float32Array;
  /** The plain picture. */
  plain(picture: number): Float32Array;
  close(): void;
}

export interface FeatureCacheShape {
  readonly pictures: number;
  readonly views: number;
  readonly numbersPerView: number;
}

export function openFeatureCache(path: string, { pictures, views, numbersPerView }: FeatureCacheShape): FeatureCache {
  const descriptor = openSync(path, "r");
  const halves = new Float16Array(numbersPerView);
  const bytes = new Uint8Array(halves.buffer);
  const numbers = new Float32Array(numbersPerView);
  const readRow = (picture: number, row: number): Float32Array => {
    const at = (picture * (views + 1) + row) * bytes.length;
    if (readSync(descriptor, bytes, 0, bytes.length, at) !== bytes.length) throw new BugError(`${path} ends before picture ${picture}`);
    numbers.set(halves);
    return numbers;
  };
  return {
    pictures,
    views,
    read: (picture, view) => readRow(picture, view + 1),
    plain: (picture) => readRow(picture, 0),
    close: () => closeSync(descriptor),
  };
}

/**
 * Fills the file picture by picture, or goes on where a killed process stopped.
 * @param make the rows of pictures `from` to `to`: [to - from, views + 1, numbersPerView]
 */
export async function fillFeatureCache(
  path: string,
  shape: FeatureCacheShape,
  {
    chunk,
    make,
    onProgress,
  }: {
    readonly chunk: number;
    readonly make: (from: number, to: number) => Promise<Float32Array>;
    readonly onProgress: (done: number) => Promise<void>;
  },
): Promise<void> {
  const bytesPerPicture = shape.numbersPerView * (shape.views + 1) * 2;
  if (statSync(path, { throwIfNoEntry: false })?.size === bytesPerPicture * shape.pictures) return;
  const part = `${path}.part`;
  const descriptor = openSync(part, statSync(part, { throwIfNoEntry: false }) ? "r+" : "w+");
  try {
    const whole = Math.min(shape.pictures, Math.floor(statSync(part).size / bytesPerPicture));
    // A begun chunk is made again, so that each is made of the same pictures whether or not it was interrupted.
    let done = whole === shape.pictures ? whole : whole - (whole % chunk);
    ftruncateSync(descriptor, done * bytesPerPicture);
    while (done < shape.pictures) {
      const to = Math.min(shape.pictures, done + chunk);
      const halves = Float16Array.from(await make(done, to));
      const bytes = new Uint8Array(halves.buffer);
      for (let written = 0; written < bytes.length;)
        written += writeSync(descriptor, bytes, written, bytes.length - written, done * bytesPerPicture + written);
      done = to;
      await onProgress(done);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, path);
}
