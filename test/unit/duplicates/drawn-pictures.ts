/** @file Pictures drawn for the duplicate tests: a photo-like one with texture at every scale, and ways to save a picture again. */
import sharp from "sharp";

import { createRandom } from "#engine/base/random.ts";
import type { Picture } from "#engine/duplicates/picture.ts";

export type Paint = (x: number, y: number) => readonly [number, number, number];

export function paint(width: number, height: number, colourAt: Paint): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const [r, g, b] = colourAt(x, y);
      data[at] = clamp(r);
      data[at + 1] = clamp(g);
      data[at + 2] = clamp(b);
    }
  }
  return { width, height, data };
}

/** Waves of random direction, length and colour: like a photo it has structure everywhere and repeats nowhere. */
export function photoPaint(seed: number): Paint {
  const random = createRandom(seed);
  const waves = Array.from({ length: 14 }, (_, index) => {
    const length = 8 * 1.45 ** index * (0.8 + 0.4 * random.unit());
    const angle = 2 * Math.PI * random.unit();
    const strength = 9 * Math.min(2.5, length / 40);
    return {
      x: (2 * Math.PI * Math.cos(angle)) / length,
      y: (2 * Math.PI * Math.sin(angle)) / length,
      phase: 7 * random.unit(),
      strength,
      tint: [random.unit(), random.unit(), random.unit()],
    };
  });
  return (x, y) => {
    let [r, g, b] = [120, 115, 105];
    for (const wave of waves) {
      const value = wave.strength * Math.sin(wave.x * x + wave.y * y + wave.phase);
      r += value * (0.6 + 0.8 * wave.tint[0]!);
      g += value * (0.6 + 0.8 * wave.tint[1]!);
      b += value * (0.6 + 0.8 * wave.tint[2]!);
    }
    return [r, g, b];
  };
}

/** Adds grain of its own to every pixel, as a sensor does. */
export function withGrain(picture: Picture, deviation: number, seed: number): Picture {
  const random = createRandom(seed);
  const data = picture.data.slice();
  for (let at = 0; at < data.length; at += 3) {
    const grain = deviation * random.normal();
    for (let channel = 0; channel < 3; channel++) data[at + channel] = clamp(data[at + channel]! + grain);
  }
  return { ...picture, data };
}

/** Lines of words made of strokes, like a scanned page; each word is drawn from its own number. */
export function textPage(words: readonly number[]): Picture {
  const width = 480;
  const page = new Uint8Array(width * 360 * 3).fill(250);
  words.forEach((word, index) => {
    const random = createRandom(word);
    const left = 20 + (index % 8) * 56;
    const top = 16 + Math.floor(index / 8) * 14;
    for (let letter = 0; letter < 7; letter++) {
      const shape = random.uint32();
      for (let stroke = 0; stroke < 24; stroke++) {
        if (((shape >> stroke) & 1) === 0) continue;
        const x = left + letter * 7 + (stroke % 4);
        const y = top + Math.floor(stroke / 4);
        page.fill(20, 3 * (y * width + x), 3 * (y * width + x) + 3);
      }
    }
  });
  return { width, height: 360, data: page };
}

export type Saving = "half" | "jpeg 60" | "webp 80" | "png" | "half jpeg 85";
export const savings: readonly Saving[] = ["half", "jpeg 60", "webp 80", "png", "half jpeg 85"];

/** The picture after being saved in another way and read again. */
export async function saveAgain(picture: Picture, saving: Saving): Promise<Picture> {
  const { width, height } = picture;
  let image = sharp(picture.data, { raw: { width, height, channels: 3 } });
  if (saving.startsWith("half")) image = image.resize(Math.round(width / 2), Math.round(height / 2), { fit: "fill" });
  if (saving === "jpeg 60") image = image.jpeg({ quality: 60 });
  else if (saving === "half jpeg 85") image = image.jpeg({ quality: 85 });
  else if (saving === "webp 80") image = image.webp({ quality: 80 });
  else image = image.png();
  const { data, info } = await sharp(await image.toBuffer())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
