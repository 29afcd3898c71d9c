/**
 * @file Mean colours: of the whole picture (skeletons in the grid) and of 4 x 4 fields (tells pictures apart that are alike in grey).
 */
import type { Picture } from "./types.ts";

export interface ColourSignature {
  /** 0xRRGGBB. */
  readonly average: number;
  /** [4, 4, 3] */
  readonly fields: Uint8Array;
}

/** @param picture 32 x 32 */
export function colourSignature(picture: Picture): ColourSignature {
  const fieldSide = picture.width / 4;
  const perField = fieldSide * fieldSide;
  const sums = new Float64Array(48);
  for (let y = 0, at = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++, at += 3) {
      const field = (Math.floor(y / fieldSide) * 4 + Math.floor(x / fieldSide)) * 3;
      for (let channel = 0; channel < 3; channel++)
        sums[field + channel] = (sums[field + channel] as number) + (picture.data[at + channel] as number);
    }
  }
  const whole = [0, 0, 0];
  for (let index = 0; index < 48; index++) whole[index % 3] = (whole[index % 3] as number) + (sums[index] as number) / (16 * perField);
  const [red, green, blue] = whole.map(Math.round) as [number, number, number];
  return { average: red * 65536 + green * 256 + blue, fields: Uint8Array.from(sums, (sum) => Math.round(sum / perField)) };
}
