/**
 * @file What a coloured picture looks like without its colour. Programs disagree: some weigh the stored values as television did (BT.601), some as it does (BT.709), some weigh light itself; the one that
 * comes nearest to the grey picture is taken.
 */
import { readColour, type Planes } from "../picture.ts";

/** [height, width] brightness by each of the ways. */
export function greysOf(planes: Planes): Float32Array[] {
  const colour = new Float64Array(3);
  return [asStored(0.299, 0.114), asStored(0.2126, 0.0722), asLight].map((way) => {
    const luma = new Float32Array(planes.luma.length);
    for (let at = 0; at < luma.length; at++) {
      readColour(planes.luma[at], planes.blue[at], planes.red[at], colour);
      luma[at] = way(colour[0], colour[1], colour[2]);
    }
    return luma;
  });
}

/** Planes whose luma is made the way that is nearest to `grey` where both are seen, and that have no colour. */
export function withoutColour(planes: Planes, grey: Float32Array, reached: Uint8Array): Planes {
  const { width, height } = planes;
  const nothing = new Float32Array(width * height);
  const differenceOf = (luma: Float32Array): number =>
    luma.reduce((sum, value, at) => (reached[at] === 1 ? sum + Math.min(20, Math.abs(value - grey[at])) : sum), 0);
  const luma = greysOf(planes)
    .map((values) => ({ values, difference: differenceOf(values) }))
    .reduce((best, next) => (next.difference < best.difference ? next : best)).values;
  return { width, height, luma, blue: nothing, red: nothing };
}

function asStored(redShare: number, blueShare: number): (red: number, green: number, blue: number) => number {
  return (red, green, blue) => redShare * red + (1 - redShare - blueShare) * green + blueShare * blue;
}

/** Luminance of sRGB (IEC 61966-2-1), stored as sRGB again. */
function asLight(red: number, green: number, blue: number): number {
  const light = 0.2126 * toLight(red) + 0.7152 * toLight(green) + 0.0722 * toLight(blue);
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
}

const lights = Float32Array.from({ length: 256 }, (_, value) =>
  value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
);

function toLight(value: number): number {
  return lights[Math.max(0, Math.min(255, Math.round(value)))];
}

/** Rounding and JPEG leave a grey picture this much colour. */
const mostGreyChroma = 4;
const mostColouredShare = 0.0005;

export function isGrey({ blue, red }: Planes): boolean {
  let coloured = 0;
  for (let at = 0; at < blue.length; at++) if (Math.abs(blue[at]) > mostGreyChroma || Math.abs(red[at]) > mostGreyChroma) coloured++;
  return coloured <= mostColouredShare * blue.length;
}
