/**
 * @file Turns a picture upright: the eight orientations of EXIF (tag 0x0112), as steps through the stored pixels.
 */
import type { Picture } from "./types.ts";

/** The picture as displayed; itself where it is upright already. */
export function turnUpright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width, height, data } = picture;
  const swapped = orientation >= 5;
  const fromRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const fromBelow = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const acrossStep = fromRight ? -3 : 3;
  const downStep = (fromBelow ? -3 : 3) * width;
  const start = ((fromBelow ? height - 1 : 0) * width + (fromRight ? width - 1 : 0)) * 3;
  const shown = { width: swapped ? height : width, height: swapped ? width : height };
  const columnStep = swapped ? downStep : acrossStep;
  const rowStep = swapped ? acrossStep : downStep;
  const turned = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < shown.height; row++) {
    for (let column = 0, from = start + row * rowStep; column < shown.width; column++, from += columnStep, to += 3) {
      turned[to] = data[from] as number;
      turned[to + 1] = data[from + 1] as number;
      turned[to + 2] = data[from + 2] as number;
    }
  }
  return { ...shown, data: turned };
}
