/**
 * @file augment in TypeScript, first step: the crop of a picture as three planes of size x size float32 numbers, 0 to 255. Without a small turn the crop is
 * scaled with a triangle filter as wide as the shrink factor (Pillow's BILINEAR with a `box`, without its rounding to bytes), down first and then
 * across; with one, each pixel is the mean of a grid of plain bilinear samples, as fine as the shrink factor, pixels beyond the border being
 * those of the border.
 */
import { planColumn } from "./plan.ts";

/** One square picture among others. */
export interface Picture {
  /** RGB, interleaved. */
  readonly bytes: Uint8Array;
  /** First byte of the picture. */
  readonly offset: number;
  readonly side: number;
}

/** Numbers of one plan. */
export type Plan = Float32Array;

const single = Math.fround;

/** @param planes [3, size, size] */
export function sampleCrop(picture: Picture, plan: Plan, size: number, planes: Float32Array): void {
  if (plan[planColumn.sine] === 0) scaleCrop(picture, plan, size, planes);
  else turnCrop(picture, plan, size, planes);
}

interface Taps {
  /** Per target pixel: its first source pixel and how many it reads. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** [size, widest] */
  readonly weights: Float32Array;
  readonly widest: number;
}

/** `from` and `length` in source pixels. A weight below 0 never comes up, and every target pixel has one above. */
function makeTaps(side: number, from: number, length: number, size: number): Taps {
  const scale = length / size;
  const support = Math.max(scale, 1);
  const widest = Math.ceil(2 * support) + 1;
  const starts = new Int32Array(size);
  const counts = new Int32Array(size);
  const weights = new Float32Array(size * widest);
  for (let index = 0; index < size; index++) {
    const centre = Math.min(from + (index + 0.5) * scale, side);
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const count = Math.min(side, Math.ceil(centre + support - 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += 1 - Math.abs(start + tap + 0.5 - centre) / support;
    for (let tap = 0; tap < count; tap++) weights[index * widest + tap] = (1 - Math.abs(start + tap + 0.5 - centre) / support) / sum;
    starts[index] = start;
    counts[index] = count;
  }
  return { starts, counts, weights, widest };
}

function scaleCrop({ bytes, offset, side }: Picture, plan: Plan, size: number, planes: Float32Array): void {
  const across = makeTaps(side, plan[planColumn.cropLeft] * side, plan[planColumn.cropWidth] * side, size);
  const down = makeTaps(side, plan[planColumn.cropTop] * side, plan[planColumn.cropHeight] * side, size);
  const first = across.starts[0];
  const last = across.starts[size - 1] + across.counts[size - 1];
  const line = new Float32Array((last - first) * 3);
  const { origin, stepX, stepY } = placeGrid(plan[planColumn.orientation], size);
  for (let y = 0; y < size; y++) {
    line.fill(0);
    for (let tap = 0; tap < down.counts[y]; tap++) {
      const weight = down.weights[y * down.widest + tap];
      let from = offset + ((down.starts[y] + tap) * side + first) * 3;
      for (let at = 0; at < line.length; at++) line[at] += single(weight * bytes[from++]);
    }
    for (let x = 0; x < size; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let from = (across.starts[x] - first) * 3;
      for (let tap = x * across.widest, end = tap + across.counts[x]; tap < end; tap++, from += 3) {
        const weight = across.weights[tap];
        red = single(red + single(weight * line[from]));
        green = single(green + single(weight * line[from + 1]));
        blue = single(blue + single(weight * line[from + 2]));
      }
      const to = origin + x * stepX + y * stepY;
      planes[to] = Math.min(red, 255);
      planes[to + size * size] = Math.min(green, 255);
      planes[to + 2 * size * size] = Math.min(blue, 255);
    }
  }
}

/** Where pixel (x, y) of the crop lies in the view: origin + x stepX + y stepY. */
function placeGrid(orientation: number, size: number): { origin: number; stepX: number; stepY: number } {
  const [alongX, alongY] = (orientation & 4) === 0 ? [1, size] : [size, 1];
  const mirrored = (orientation & 1) !== 0;
  const upsideDown = (orientation & 2) !== 0;
  return {
    origin: (mirrored ? (size - 1) * alongX : 0) + (upsideDown ? (size - 1) * alongY : 0),
    stepX: mirrored ? -alongX : alongX,
    stepY: upsideDown ? -alongY : alongY,
  };
}

function turnCrop(picture: Picture, plan: Plan, size: number, planes: Float32Array): void {
  const { bytes, offset, side } = picture;
  const scaleX = (plan[planColumn.cropWidth] * side) / size;
  const scaleY = (plan[planColumn.cropHeight] * side) / size;
  const centreX = plan[planColumn.cropLeft] * side + (scaleX * size) / 2 - 0.5;
  const centreY = plan[planColumn.cropTop] * side + (scaleY * size) / 2 - 0.5;
  const sine = plan[planColumn.sine];
  const cosine = Math.sqrt(1 - sine * sine);
  const orientation = plan[planColumn.orientation];
  const signX = (orientation & 1) === 0 ? 1 : -1;
  const signY = (orientation & 2) === 0 ? 1 : -1;
  const [columnX, columnY, rowX, rowY] = (orientation & 4) === 0 ? [signX, 0, 0, signY] : [0, signY, signX, 0];
  // One column further in the view is so much further in the picture, and one row likewise.
  const acrossX = scaleX * (cosine * columnX - sine * columnY);
  const acrossY = scaleY * (sine * columnX + cosine * columnY);
  const downX = scaleX * (cosine * rowX - sine * rowY);
  const downY = scaleY * (sine * rowX + cosine * rowY);
  const grid = Math.min(8, Math.max(1, Math.ceil(Math.max(scaleX, scaleY) - 0.25)));
  const share = single(1 / (grid * grid));
  const edge = side - 1;
  const sums = new Float32Array(3);
  for (let row = 0, to = 0; row < size; row++) {
    for (let column = 0; column < size; column++, to++) {
      sums.fill(0);
      for (let sample = 0; sample < grid * grid; sample++) {
        const across = column + ((sample % grid) + 0.5) / grid - size / 2;
        const down = row + (Math.floor(sample / grid) + 0.5) / grid - size / 2;
        const x = Math.min(edge, Math.max(0, centreX + down * downX + across * acrossX));
        const y = Math.min(edge, Math.max(0, centreY + down * downY + across * acrossY));
        const left = Math.floor(x);
        const top = Math.floor(y);
        const partX = single(x - left);
        const partY = single(y - top);
        const topLeft = offset + (top * side + left) * 3;
        const right = left < edge ? 3 : 0;
        const below = top < edge ? side * 3 : 0;
        for (let channel = 0; channel < 3; channel++) {
          const at = topLeft + channel;
          const upper = single(bytes[at] + single(partX * (bytes[at + right] - bytes[at])));
          const lower = single(bytes[at + below] + single(partX * (bytes[at + below + right] - bytes[at + below])));
          sums[channel] += single(upper + single(partY * single(lower - upper)));
        }
      }
      for (let channel = 0; channel < 3; channel++) planes[channel * size * size + to] = Math.min(255, single(sums[channel] * share));
    }
  }
}
