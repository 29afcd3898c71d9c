/**
 * @file Pictures of one colour each, a little different from one another: what the small pair (small-pairs.ts) knows words for.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";

import { createRandom } from "#engine/base/random.ts";

const colours = { red: [200, 30, 30], green: [30, 190, 40], blue: [30, 40, 210] } as const;

/** `<folder>/<colour>/<n>.png`, and a copy of the first red one in `copies`. */
export async function drawColouredFolder(folder: string, perColour = 6): Promise<void> {
  const random = createRandom(5);
  const side = 40;
  for (const [name, base] of Object.entries(colours)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let at = 0; at < perColour; at++) {
      const shades = base.map((value) => value + 8 * at * (value > 100 ? -1 : 1));
      const data = Buffer.from(Array.from({ length: side * side * 3 }, (_, place) => Math.max(0, Math.min(255, (shades[place % 3] as number) + random.below(25))))); // prettier-ignore
      await sharp(data, { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toFile(join(folder, name, `${at}.png`));
    }
  }
  mkdirSync(join(folder, "copies"));
  copyFileSync(join(folder, "red", "0.png"), join(folder, "copies", "again.png"));
}
