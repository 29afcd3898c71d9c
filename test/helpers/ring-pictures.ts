/** @file Pictures of dull colours, in some of which one thing is drawn at different places: rings of red and white. */
import { join } from "node:path";

import sharp from "sharp";

import { createRandom } from "#engine/base/random.ts";

const side = 320;
/** Left and top of the thing in each picture that has it, as shares. */
export const ringPlaces: readonly (readonly [number, number])[] = [[0.05, 0.05], [0.65, 0.1], [0.1, 0.6], [0.6, 0.62], [0.35, 0.35]]; // prettier-ignore
/** Width and height of the thing. */
export const ringSize = 0.3;

/** `<folder>/00.png` and so on, the first few with the thing. */
export async function drawRingPictures(folder: string, count = 15): Promise<void> {
  const random = createRandom(8);
  const px = ringSize * side;
  const ring = (r: number, colour: string): string => `<circle cx="${px / 2}" cy="${px / 2}" r="${r * px}" fill="${colour}"/>`;
  const thing = `${ring(0.5, "#d01010")}${ring(0.36, "#ffffff")}${ring(0.22, "#d01010")}${ring(0.09, "#ffffff")}`;
  for (let at = 0; at < count; at++) {
    const blobs = Array.from({ length: 6 }, () => `<ellipse cx="${random.below(side)}" cy="${random.below(side)}" rx="${20 + random.below(70)}" ry="${20 + random.below(70)}" fill="hsl(${random.below(360)} 25% ${25 + random.below(45)}%)"/>`); // prettier-ignore
    const place = ringPlaces[at];
    const drawn = place === undefined ? "" : `<g transform="translate(${place[0] * side} ${place[1] * side})">${thing}</g>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="hsl(${random.below(360)} 15% 55%)"/>${blobs.join("")}${drawn}</svg>`; // prettier-ignore
    await sharp(Buffer.from(svg))
      .png()
      .toFile(join(folder, `${String(at).padStart(2, "0")}.png`));
  }
}
