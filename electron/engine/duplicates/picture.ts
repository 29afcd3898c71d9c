/**
 * @file Decoded pictures as the duplicate checks see them, and the few ways they are turned and scaled. Scaling is by area: each output
 * pixel is the mean of the input it covers, so that two sizes of one picture meet at a common size with the noise averaged out.
 */
import { loadKernels } from "#native/kernels.ts";
import { chromaScales, lumaOf, lumaShares } from "#native/twins/area-means.ts";

/** A decoded picture: upright, sRGB, no alpha (transparent parts on white). */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] row-major, 0..255. */
  readonly data: Uint8Array;
  /** Width of the file's own pixels where `data` was scaled down while decoding; more source pixels mean less noise per pixel. */
  readonly sourceWidth?: number;
  readonly sourceHeight?: number;
  /** The file format keeps every pixel (PNG, BMP, lossless TIFF ...). Two such files of one size differ only if the picture does. */
  readonly lossless?: boolean;
}

/** Both files keep every pixel. */
export function areLossless(one: Picture, other: Picture): boolean {
  return one.lossless === true && other.lossless === true;
}

/** Luma and chroma (JPEG's YCbCr, BT.601 full range, chroma around 0), each [height, width]. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly luma: Float32Array;
  readonly blue: Float32Array;
  readonly red: Float32Array;
}

/**
 * The eight ways to lay a rectangle on itself, in the order of the perceptual hashes: turned clockwise by 0, 90, 180, 270 degrees, then
 * mirrored left-right and turned likewise.
 */
export type Orientation = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const orientations: readonly Orientation[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The orientation that takes the result of `orientation` back: quarter turns reverse, mirrored ones are their own inverse. */
export function inverseOrientation(orientation: Orientation): Orientation {
  if (orientation === 1) return 3;
  return orientation === 3 ? 1 : orientation;
}

/** True where width and height change places. */
export function swapsSides(orientation: Orientation): boolean {
  return (orientation & 1) === 1;
}

/** Where the pixel at (x, y) of the picture laid anew lies in the `width` x `height` original: `start + x * stepX + y * stepY`. */
export function orientedSteps(width: number, height: number, orientation: Orientation): { start: number; stepX: number; stepY: number } {
  const quarter = orientation & 3;
  // Clockwise by 90: new(x, y) = old(y, height - 1 - x); by 180 both reversed; by 270: old(width - 1 - y, x).
  const columnReversed = quarter >= 2 !== orientation >= 4; // mirroring first reverses the columns once more
  const rowReversed = quarter === 1 || quarter === 2;
  const column = columnReversed ? -1 : 1;
  const row = rowReversed ? -width : width;
  const start = (columnReversed ? width - 1 : 0) + (rowReversed ? (height - 1) * width : 0);
  return swapsSides(orientation) ? { start, stepX: row, stepY: column } : { start, stepX: column, stepY: row };
}

/** The picture laid anew. */
export function orient(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 0) return picture;
  const swapped = swapsSides(orientation);
  const width = swapped ? picture.height : picture.width;
  const height = swapped ? picture.width : picture.height;
  const { start, stepX, stepY } = orientedSteps(picture.width, picture.height, orientation);
  const data = new Uint8Array(width * height * 3);
  let out = 0;
  for (let y = 0; y < height; y++) {
    let from = 3 * (start + y * stepY);
    for (let x = 0; x < width; x++, from += 3 * stepX) {
      data[out++] = picture.data[from];
      data[out++] = picture.data[from + 1];
      data[out++] = picture.data[from + 2];
    }
  }
  const source = sourceSize(picture);
  return {
    ...picture,
    width,
    height,
    data,
    sourceWidth: swapped ? source.height : source.width,
    sourceHeight: swapped ? source.width : source.height,
  };
}

/** Pixels. Below it, as most icons are of 128 or less, a picture is taken for one: those of a set are turned, mirrored and edited versions of each other, and mean different things. */
const leastSide = 130;

export function isLarge({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return Math.min(width, height) >= leastSide;
}

/** The file's own size. */
export function sourceSize(picture: Picture): { width: number; height: number } {
  return { width: picture.sourceWidth ?? picture.width, height: picture.sourceHeight ?? picture.height };
}

/** Scales by area to `width` x `height` (neither larger than the picture's) and splits into luma and chroma. */
export function toPlanes(picture: Picture, width: number, height: number): Planes {
  return asPlanes(areaMeansOf(picture, width, height, 1), width, height);
}

/** @param values [3, height, width] luma, blue, red */
export function asPlanes(values: Float32Array, width: number, height: number): Planes {
  const plane = (at: number): Float32Array => values.subarray(at * width * height, (at + 1) * width * height);
  return { width, height, luma: plane(0), blue: plane(1), red: plane(2) };
}

export function emptyPlanes(width: number, height: number): Planes {
  return asPlanes(new Float32Array(3 * width * height), width, height);
}

/** Called for every pixel: plain arguments. */
export function storeColour(planes: Planes, at: number, red: number, green: number, blue: number): void {
  const luma = lumaOf(red, green, blue);
  planes.luma[at] = luma;
  planes.blue[at] = (blue - luma) * chromaScales.blue;
  planes.red[at] = (red - luma) * chromaScales.red;
}

/** The way back, unbounded. @param into red, green, blue */
export function readColour(luma: number, blueDifference: number, redDifference: number, into: Float64Array): void {
  const red = luma + redDifference / chromaScales.red;
  const blue = luma + blueDifference / chromaScales.blue;
  into[0] = red;
  into[1] = (luma - lumaShares.red * red - lumaShares.blue * blue) / lumaShares.green;
  into[2] = blue;
}

/** [height, width, 3] means over the area each output pixel covers. */
export function scaleByArea(picture: Picture, width: number, height: number): Float32Array {
  return areaMeansOf(picture, width, height, 0);
}

function areaMeansOf(
  { data, width: sourceWidth, height: sourceHeight }: Picture,
  width: number,
  height: number,
  planes: 0 | 1,
): Float32Array {
  const target = new Float32Array(3 * width * height);
  loadKernels().areaMeans({ source: data, sourceWidth, sourceHeight, targetWidth: width, targetHeight: height, planes, target });
  return target;
}
