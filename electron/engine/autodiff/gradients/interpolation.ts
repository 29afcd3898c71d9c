/**
 * @file Resizing along one axis as a matrix [to, from], by the formulas of ONNX's Resize: a row tells from which pixels, and how much of each, one
 * pixel of the result is made. Places are counted in float32, as executors count them, so that ties fall the same way.
 */
import type { Matrix } from "./along-axis.ts";

export interface AxisResize {
  readonly from: number;
  readonly to: number;
  /** As asked for: not always to / from. */
  readonly scale: number;
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubicA: number;
  readonly excludesOutside: boolean;
  readonly antialias: boolean;
  /** Of tf_crop_and_resize: begin and end of the part, 0 to 1. */
  readonly region: readonly [number, number];
}

/** null for a way that is not known here. */
export function interpolationMatrix(axis: AxisResize): Matrix | null {
  const rows = Array.from({ length: axis.to }, (_, place) => rowOf(axis, place));
  return rows.includes(null) ? null : (rows as Matrix);
}

function rowOf(axis: AxisResize, place: number): number[] | null {
  const at = sourceOf(axis, place);
  if (at === null) return null;
  const row = Array<number>(axis.from).fill(0);
  // Outside of the picture stands a constant, which has no gradient.
  if (axis.coordinates === "tf_crop_and_resize" && (at < 0 || at > axis.from - 1)) return row;
  const last = axis.from - 1;
  const add = (pixel: number, weight: number): void => {
    const inside = Math.min(Math.max(pixel, 0), last);
    row[inside] = (row[inside] as number) + weight;
  };
  if (axis.mode === "nearest") {
    const pixel = roundedPlace(at, axis.rounding);
    if (pixel === null) return null;
    add(pixel, 1);
  } else if (axis.antialias) smooth(axis, at, add);
  else if (axis.mode === "linear") {
    const inside = Math.min(Math.max(at, 0), last);
    const left = Math.floor(inside);
    add(left, 1 - (inside - left));
    add(left + 1, inside - left);
  } else cubic(axis, at, add);
  return row;
}

/** Where the middle of a pixel of the result lies in the picture. */
function sourceOf({ from, to, scale, coordinates, region: [start, end] }: AxisResize, place: number): number | null {
  const single = Math.fround;
  switch (coordinates) {
    case "half_pixel":
      return single(single((place + 0.5) / single(scale)) - 0.5);
    case "half_pixel_symmetric": {
      const adjustment = to / (single(scale) * from);
      return single(single((from / 2) * (1 - adjustment)) + single((place + 0.5) / single(scale)) - 0.5);
    }
    case "pytorch_half_pixel":
      return to > 1 ? single(single((place + 0.5) / single(scale)) - 0.5) : 0;
    case "align_corners":
      return to === 1 ? 0 : single(single(place * (from - 1)) / (to - 1));
    case "asymmetric":
      return single(place / single(scale));
    case "tf_half_pixel_for_nn":
      return single((place + 0.5) / single(scale));
    case "tf_crop_and_resize":
      return to > 1 ? start * (from - 1) + (place * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1);
    default:
      return null;
  }
}

function roundedPlace(at: number, rounding: string): number | null {
  switch (rounding) {
    case "round_prefer_floor":
      return Math.ceil(at - 0.5);
    case "round_prefer_ceil":
      return Math.floor(at + 0.5);
    case "floor":
      return Math.floor(at);
    case "ceil":
      return Math.ceil(at);
    default:
      return null;
  }
}

type Add = (pixel: number, weight: number) => void;

/** Keys, "Cubic convolution interpolation" (1981). */
function cubic({ from, cubicA, excludesOutside }: AxisResize, at: number, add: Add): void {
  const middle = Math.floor(at);
  const taps = [-1, 0, 1, 2].map((offset) => middle + offset);
  const weights = taps.map((pixel) => (excludesOutside && (pixel < 0 || pixel >= from) ? 0 : keys(at - pixel, cubicA)));
  const total = excludesOutside ? sumOf(weights) : 1;
  taps.forEach((pixel, index) => {
    add(pixel, (weights[index] as number) / total);
  });
}

function keys(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

/** The kernel widened when the picture becomes smaller, so that every pixel counts. */
function smooth({ from, scale, mode, cubicA, excludesOutside }: AxisResize, at: number, add: Add): void {
  const narrow = Math.min(scale, 1);
  const support = (mode === "linear" ? 1 : 2) / narrow;
  const centre = at + 0.5;
  const [low, high] = [Math.floor(centre - support + 0.5), Math.floor(centre + support + 0.5)];
  const taps = Array.from({ length: high - low }, (_, index) => low + index).filter(
    (pixel) => !excludesOutside || (pixel >= 0 && pixel < from),
  );
  const weights = taps.map((pixel) => {
    const distance = (pixel - centre + 0.5) * narrow;
    return mode === "linear" ? Math.max(0, 1 - Math.abs(distance)) : keys(distance, cubicA);
  });
  const total = sumOf(weights);
  taps.forEach((pixel, index) => {
    add(pixel, (weights[index] as number) / total);
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
