/**
 * @file Scaling of RGB pictures. One place decides how; the kernel is Pillow's antialiased bicubic, so an encoder sees what it would see in
 * the usual Python pipelines.
 */
import { loadKernels } from "#native/kernels.ts";

import type { Picture } from "./types.ts";

/** Exactly `width` x `height`, whatever the shape (stretched). The picture itself where it has that size already. */
export function scaleTo(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const source = reduceLarge(picture, width, height);
  const data = new Uint8Array(width * height * 3);
  loadKernels().resample({
    source: source.data,
    sourceWidth: source.width,
    sourceHeight: source.height,
    target: data,
    targetWidth: width,
    targetHeight: height,
    channels: 3,
  });
  return { width, height, data };
}

/** At most `side` long and high, shape kept; never larger than it is. */
export function scaleWithin(picture: Picture, side: number): Picture {
  const long = Math.max(picture.width, picture.height);
  if (long <= side) return picture;
  const scale = side / long;
  return scaleTo(picture, Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
}

/** Pictures above this many pixels are first averaged in whole blocks: exact bicubic over twelve million pixels would cost more than decoding. */
const exactPixels = 4_000_000;

/** Averages k x k blocks with the largest k that leaves at least twice the wanted size (Pillow's `reducing_gap` does the same). */
function reduceLarge(picture: Picture, width: number, height: number): Picture {
  if (picture.width * picture.height <= exactPixels) return picture;
  const block = Math.floor(Math.min(picture.width / width, picture.height / height) / 2);
  if (block < 2) return picture;
  const reducedWidth = Math.floor(picture.width / block);
  const reducedHeight = Math.floor(picture.height / block);
  const sums = new Uint32Array(reducedWidth * 3);
  const data = new Uint8Array(reducedWidth * reducedHeight * 3);
  const area = block * block;
  for (let row = 0; row < reducedHeight; row++) {
    sums.fill(area >> 1);
    for (let inner = 0; inner < block; inner++) {
      let from = (row * block + inner) * picture.width * 3;
      for (let to = 0; to < sums.length; to += 3) {
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let across = 0; across < block; across++, from += 3) {
          red += picture.data[from] as number;
          green += picture.data[from + 1] as number;
          blue += picture.data[from + 2] as number;
        }
        sums[to] = (sums[to] as number) + red;
        sums[to + 1] = (sums[to + 1] as number) + green;
        sums[to + 2] = (sums[to + 2] as number) + blue;
      }
    }
    for (let index = 0; index < sums.length; index++) data[row * sums.length + index] = (sums[index] as number) / area;
  }
  return { width: reducedWidth, height: reducedHeight, data };
}
