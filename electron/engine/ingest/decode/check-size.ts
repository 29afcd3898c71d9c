/**
 * @file Refuses sizes that no picture has or that would not fit in memory, and tells what the others will ask for.
 */
import { DecodeError } from "./decode-error.ts";
import { demandPixels } from "./demand.ts";

/** The most pixels a picture may have; a bomb of a few kilobytes can claim billions. */
export const pixelLimit = 268_402_689;
/** The longest row or column that resampling takes. */
const sideLimit = 131_072;

/** @param bytesPerPixel memory that decoding it takes at its highest, measured (`npm run bench damage`); most decoders hold two copies */
export function checkSize(width: number, height: number, bytesPerPixel = 8): void {
  if (!(width > 0 && height > 0)) throw new DecodeError("corrupt", `the picture claims ${width} x ${height} pixels`);
  if (width * height > pixelLimit)
    throw new DecodeError("too-large", `${width} x ${height} pixels; at most ${Math.floor(pixelLimit / 1e6)} million are decoded`);
  if (Math.max(width, height) > sideLimit)
    throw new DecodeError("too-large", `${width} x ${height} pixels; a side may have at most ${sideLimit}`);
  demandPixels(width * height, bytesPerPixel);
}
