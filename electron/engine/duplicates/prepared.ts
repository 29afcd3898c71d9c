/**
 * @file A picture made ready for comparison at one size: lightly blurred luma and chroma (compression noise and the choice of a resizing
 * kernel live in the finest detail, pictures do not), how lively each 8 x 8 tile is, and a 16 x 16 sketch. Kept as long as the picture
 * is, since a picture is usually compared more than once.
 */
import { loadKernels } from "#native/kernels.ts";
import { tileCountOf, tileSide } from "#native/twins/plane-tiles.ts";

import { scaleByArea, toPlanes } from "./picture.ts";
import type { Picture, Planes } from "./picture.ts";

export const sketchSide = 16;

export interface Prepared {
  readonly width: number;
  readonly height: number;
  readonly tilesAcross: number;
  readonly tilesDown: number;
  /** [height, width] before the blur. */
  readonly sharpLuma: Float32Array;
  /** [3, height, width] luma, blue, red, each blurred by (1 2 1) / 4 both ways. */
  readonly blurred: readonly [Float32Array, Float32Array, Float32Array];
  /** [tilesDown, tilesAcross] root mean square of the luma gradient. */
  readonly lumaActivity: Float32Array;
  readonly chromaActivity: Float32Array;
  /** Standard deviation over the picture, luma and chroma together, in grey levels. */
  readonly contrast: number;
}

const preparedOf = new WeakMap<Picture, Map<number, Prepared>>();
const sketchOf = new WeakMap<Picture, Float32Array>();

export function prepare(picture: Picture, width: number, height: number): Prepared {
  let sizes = preparedOf.get(picture);
  if (!sizes) preparedOf.set(picture, (sizes = new Map<number, Prepared>()));
  const key = width * 65536 + height;
  let prepared = sizes.get(key);
  if (!prepared) {
    if (sizes.size >= 2) sizes.clear();
    sizes.set(key, (prepared = build(picture, width, height)));
  }
  return prepared;
}

/** [16, 16, 3] mean colours. */
export function sketch(picture: Picture): Float32Array {
  let means = sketchOf.get(picture);
  if (!means) sketchOf.set(picture, (means = scaleByArea(picture, sketchSide, sketchSide)));
  return means;
}

function build(picture: Picture, width: number, height: number): Prepared {
  return preparePlanes(toPlanes(picture, width, height));
}

export function preparePlanes({ width, height, luma, blue, red }: Planes): Prepared {
  const [tilesAcross, tilesDown] = [tileCountOf(width), tileCountOf(height)];
  const [lumaEnergies, chromaEnergies] = [new Float64Array(tilesAcross * tilesDown), new Float64Array(tilesAcross * tilesDown)];
  const smooth = (plane: Float32Array, energies: Float64Array): { readonly blurred: Float32Array; readonly variance: number } => {
    const blurred = new Float32Array(plane.length);
    const moments = new Float64Array(2);
    loadKernels().smoothPlane({ plane, width, height, blurred, energies, moments });
    const [sum, squares] = moments;
    return { blurred, variance: Math.max(0, squares / plane.length - (sum / plane.length) ** 2) };
  };
  const ofLuma = smooth(luma, lumaEnergies);
  const ofBlue = smooth(blue, chromaEnergies);
  const ofRed = smooth(red, chromaEnergies);
  const size = { width, height, tilesAcross, tilesDown };
  return {
    ...size,
    sharpLuma: luma,
    blurred: [ofLuma.blurred, ofBlue.blurred, ofRed.blurred],
    lumaActivity: activity(lumaEnergies, size),
    chromaActivity: activity(chromaEnergies, size),
    contrast: Math.sqrt(ofLuma.variance + ofBlue.variance + ofRed.variance),
  };
}

type TiledSize = Pick<Prepared, "width" | "height" | "tilesAcross" | "tilesDown">;

/** Root mean squares of slopes, which were taken over two pixels. */
function activity(energies: Float64Array, size: TiledSize): Float32Array {
  const roots = new Float32Array(energies.length);
  for (let tile = 0; tile < roots.length; tile++) roots[tile] = Math.sqrt(energies[tile] / (4 * pixelsOfTile(size, tile)));
  return roots;
}

/** The last tiles take what is left over. */
export function pixelsOfTile({ width, height, tilesAcross, tilesDown }: TiledSize, tile: number): number {
  const [column, row] = [tile % tilesAcross, Math.floor(tile / tilesAcross)];
  const tileWidth = column + 1 === tilesAcross ? width - column * tileSide : tileSide;
  const tileHeight = row + 1 === tilesDown ? height - row * tileSide : tileSide;
  return tileWidth * tileHeight;
}
