/**
 * @file Turns scenes into files: a scene is drawn by librsvg, gets the grain of a photograph and becomes a JPEG.
 */
import sharp from "sharp";

import { createRandom } from "../base/random.ts";
import { mountains } from "./outdoor-scenes.ts";
import type { Scene } from "./brush.ts";
import type { PlannedSample } from "./plan.ts";

export type Copy = "identical" | "half" | "quality 60" | "webp" | "png";

const longSide = 960;
const shortSide = 640;
const tileSide = 128;

/** The same seed gives the same bytes. */
export async function drawScene(scene: Scene, options: { seed: number; upright: boolean }): Promise<Buffer> {
  const width = options.upright ? shortSide : longSide;
  const height = options.upright ? longSide : shortSide;
  const random = createRandom(options.seed);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${scene({ random, width, height })}</svg>`;
  return sharp(Buffer.from(svg))
    .flatten({ background: "#ffffff" })
    .composite([{ ...grain(), tile: true, blend: "overlay" }])
    .jpeg({ quality: 86 })
    .toBuffer();
}

/** Another version of the same picture. */
export async function reencode(jpeg: Buffer, copy: Copy): Promise<Buffer> {
  switch (copy) {
    case "identical":
      return jpeg;
    case "half":
      return sharp(jpeg)
        .resize({ width: Math.round((await sharp(jpeg).metadata()).width / 2) })
        .jpeg({ quality: 88 })
        .toBuffer();
    case "quality 60":
      return sharp(jpeg).jpeg({ quality: 60 }).toBuffer();
    case "webp":
      return sharp(jpeg).webp({ quality: 84, effort: 2 }).toBuffer();
    case "png":
      return sharp(jpeg).png({ compressionLevel: 4 }).toBuffer();
  }
}

/** What does not belong: found among the outliers, the issues and the unreadable files. */
export function edgeCases(seed: number): PlannedSample[] {
  const photo = (offset: number): Promise<Buffer> => drawScene(mountains, { seed: seed + offset, upright: false });
  return [
    { path: "Mountains/IMG_0404.jpg", draw: async () => truncated(await photo(901)) },
    { path: "Downloads/noise.png", draw: () => noise(seed) },
    {
      path: "Downloads/Untitled.png",
      draw: () =>
        sharp({ create: { width: 800, height: 600, channels: 3, background: "#ffffff" } })
          .png()
          .toBuffer(),
    },
    { path: "Downloads/scan_0001.jpg", draw: () => textPage(seed) },
    {
      path: "Seaside/Panorama.jpg",
      draw: async () =>
        sharp(await photo(902))
          .resize(1600, 200, { fit: "fill" })
          .jpeg({ quality: 86 })
          .toBuffer(),
    },
    {
      path: "Mountains/IMG_0405.jpg",
      draw: async () =>
        sharp(await photo(903))
          .linear(0.08, 0)
          .jpeg({ quality: 86 })
          .toBuffer(),
    },
    {
      path: "Mountains/IMG_0406.jpg",
      draw: async () =>
        sharp(await photo(904))
          .blur(9)
          .jpeg({ quality: 86 })
          .toBuffer(),
    },
    {
      path: "Mountains/IMG_0407.jpg",
      draw: async () =>
        sharp(await photo(905))
          .greyscale()
          .jpeg({ quality: 86 })
          .toBuffer(),
    },
  ];
}

let tile: { input: Buffer; raw: { width: number; height: number; channels: 4 } } | null = null;

/** A tile of film grain around middle grey, for overlaying. */
function grain(): NonNullable<typeof tile> {
  if (tile !== null) return tile;
  const random = createRandom(1);
  const input = Buffer.alloc(tileSide * tileSide * 4, 255);
  for (let at = 0; at < input.length; at += 4) input.fill(Math.max(0, Math.min(255, Math.round(128 + 9 * random.normal()))), at, at + 3);
  tile = { input, raw: { width: tileSide, height: tileSide, channels: 4 } };
  return tile;
}

/** A download that broke off. */
function truncated(jpeg: Buffer): Buffer {
  return jpeg.subarray(0, Math.floor(jpeg.length * 0.55));
}

async function noise(seed: number): Promise<Buffer> {
  const random = createRandom(seed);
  const data = Buffer.from(Uint8Array.from({ length: 512 * 512 * 3 }, () => random.below(256)));
  return sharp(data, { raw: { width: 512, height: 512, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Lines of words as bars, so that no font is needed. */
async function textPage(seed: number): Promise<Buffer> {
  const random = createRandom(seed);
  let words = "";
  for (let line = 0; line < 38; line++) {
    for (let x = 90; x < 780 && !(line % 7 === 6 && x > 400);) {
      const width = 18 + random.below(90);
      words += `<rect x="${x}" y="${110 + line * 26}" width="${Math.min(width, 790 - x)}" height="11" fill="#222"/>`;
      x += width + 10;
    }
  }
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="880" height="1240"><rect width="880" height="1240" fill="#f6f3ea"/>${words}</svg>`;
  return sharp(Buffer.from(page)).jpeg({ quality: 82 }).toBuffer();
}
