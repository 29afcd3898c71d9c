/**
 * @file Draws the map into plain pixels, for `map --png`. Points are small discs whose opacity falls with their number, so that dense
 * places neither burn out nor hide their colours. The caller encodes the picture.
 */
import { colourOf, grounds } from "./palette.ts";

export interface DrawOptions {
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
}

const marginShare = 0.04;
/** Share of the picture that the points' discs would cover if none overlapped. */
const inkShare = 0.35;
const faintest = 0.12;
const noneOpacity = 0.45;

/** RGB, [height, width, 3]. `coordinates` is [n, 2], y pointing down; `labels` is [n], -1 for none. */
export function drawMap(coordinates: Float32Array, labels: Int32Array, { width, height, dark }: DrawOptions): Uint8Array {
  const count = labels.length;
  const ground = dark ? grounds.dark : grounds.light;
  const pixels = new Float32Array(width * height * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = ground[at % 3];
  const place = placeOnPicture(coordinates, count, width, height);
  const radius = Math.min(
    Math.max(Math.min(width, height) / 160, 1.5),
    Math.max(1.2, Math.sqrt((inkShare * width * height) / (Math.PI * Math.max(1, count)))),
  );
  const opacity = Math.min(0.9, Math.max(faintest, (inkShare * width * height) / (Math.PI * radius * radius * Math.max(1, count))));
  // Points of no cluster first: they lie below.
  for (const below of [true, false]) {
    for (let item = 0; item < count; item++) {
      if (labels[item] < 0 !== below) continue;
      const [x, y] = place(item);
      drawDisc(pixels, { width, height, x, y, radius, opacity: below ? opacity * noneOpacity : opacity, colour: colourOf(labels[item]) });
    }
  }
  const rounded = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) rounded[at] = Math.round(pixels[at]);
  return rounded;
}

/** Where a point comes to lie on a picture: same scale both ways, centred, with a margin. */
export function placeOnPicture(
  coordinates: Float32Array,
  count: number,
  width: number,
  height: number,
): (item: number) => [number, number] {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let item = 0; item < count; item++) {
    left = Math.min(left, coordinates[2 * item]);
    right = Math.max(right, coordinates[2 * item]);
    top = Math.min(top, coordinates[2 * item + 1]);
    bottom = Math.max(bottom, coordinates[2 * item + 1]);
  }
  const room = 1 - 2 * marginShare;
  const scale = Math.min((room * width) / Math.max(right - left, 1e-6), (room * height) / Math.max(bottom - top, 1e-6));
  return (item) => [
    width / 2 + (coordinates[2 * item] - (left + right) / 2) * scale,
    height / 2 + (coordinates[2 * item + 1] - (top + bottom) / 2) * scale,
  ];
}

interface Disc {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly opacity: number;
  readonly colour: readonly [number, number, number];
}

/** Its edge is softened over one pixel. */
function drawDisc(pixels: Float32Array, { width, height, x, y, radius, opacity, colour }: Disc): void {
  const firstRow = Math.max(0, Math.floor(y - radius - 1));
  const lastRow = Math.min(height - 1, Math.ceil(y + radius + 1));
  const firstColumn = Math.max(0, Math.floor(x - radius - 1));
  const lastColumn = Math.min(width - 1, Math.ceil(x + radius + 1));
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const cover = opacity * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y)));
      if (cover === 0) continue;
      const at = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel++) pixels[at + channel] += (colour[channel] - pixels[at + channel]) * cover;
    }
  }
}
