/**
 * @file Colours through a profile that came beside the pixels: libvips converts them, and it takes a profile only inside a file. A plain TIFF around pixels and
 * profile is such a file.
 */
import { isPlainSrgb } from "../icc.ts";
import type { Picture } from "../types.ts";
import { decodeRaw } from "../vips-raw.ts";
import { inksToRgb } from "./samples.ts";

/** The picture in sRGB; itself without a profile that says otherwise. */
export async function throughProfile(picture: Picture, profile: Uint8Array | null): Promise<Picture> {
  if (profile === null || profile.length < 132) return picture;
  const icc = Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  // A profile of grey or of inks does not describe these pixels.
  if (icc.toString("latin1", 16, 20) !== "RGB " || isPlainSrgb(icc)) return picture;
  return decodeRaw(tiffAround({ ...picture, samples: 3 }, icc), { hasAlpha: false });
}

/** @param inks [height, width, 4], 255 = full */
export async function inksThroughProfile(inks: Picture, profile: Uint8Array | null): Promise<Picture> {
  const icc = profile === null ? Buffer.alloc(0) : Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  if (icc.length < 132 || icc.toString("latin1", 16, 20) !== "CMYK") return { ...inks, data: inksToRgb(inks.data, 4) };
  return decodeRaw(tiffAround({ ...inks, samples: 4 }, icc), { hasAlpha: false });
}

function tiffAround({ width, height, data, samples }: Picture & { readonly samples: 3 | 4 }, icc: Buffer): Buffer {
  const entries: readonly (readonly [tag: number, type: 3 | 4 | 7, count: number, value: number])[] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, samples, 0], // behind the directory
    [259, 3, 1, 1],
    [262, 3, 1, samples === 3 ? 2 : 5],
    [273, 4, 1, 0], // behind the profile
    [277, 3, 1, samples],
    [278, 4, 1, height],
    [279, 4, 1, width * height * samples],
    [34675, 7, icc.length, 0], // behind the bits
  ];
  const directoryBytes = 2 + entries.length * 12 + 4;
  const bitsAt = 8 + directoryBytes;
  const profileAt = bitsAt + samples * 2;
  const pixelsAt = profileAt + icc.length;
  const header = Buffer.alloc(profileAt);
  header.write("II*\0", "latin1");
  header.writeUInt32LE(8, 4);
  header.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count, at + 4);
    header.writeUInt32LE(tag === 258 ? bitsAt : tag === 273 ? pixelsAt : tag === 34675 ? profileAt : value, at + 8);
  });
  for (let sample = 0; sample < samples; sample++) header.writeUInt16LE(8, bitsAt + sample * 2);
  return Buffer.concat([header, icc, Buffer.from(data.buffer, data.byteOffset, width * height * samples)]);
}
