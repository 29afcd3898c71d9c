/**
 * @file Rows that a JPEG lost: what a decoder has no data for it fills with middle grey, to the end of the picture. A file cut off is refused as such; one that was cut off, closed again or saved anew is not.
 */
import type { Picture } from "./types.ts";

const middle = 128;
/** Saving again moves a level or two. */
const tolerance = 2;

type Side = "top" | "bottom" | "left" | "right";

/** Where the last stored row lies once the picture is upright, by EXIF orientation. */
const endOf: Readonly<Record<number, Side>> = {
  1: "bottom",
  2: "bottom",
  3: "top",
  4: "top",
  5: "right",
  6: "left",
  7: "left",
  8: "right",
};

/** Share of the picture, from its stored end on, that is flat middle grey. */
export function shareOfLostRows({ width, height, data }: Picture, orientation: number): number {
  const side = endOf[orientation] ?? "bottom";
  const lying = side === "top" || side === "bottom";
  const [lines, length] = lying ? [height, width] : [width, height];
  const isLost = (line: number): boolean => {
    for (let along = 0; along < length; along++) {
      const at = 3 * (lying ? line * width + along : along * width + line);
      for (let channel = at; channel < at + 3; channel++) if (Math.abs((data[channel] as number) - middle) > tolerance) return false;
    }
    return true;
  };
  let lost = 0;
  while (lost < lines && isLost(side === "bottom" || side === "right" ? lines - 1 - lost : lost)) lost++;
  return lost / lines;
}
