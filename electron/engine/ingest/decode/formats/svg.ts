/**
 * @file SVG: drawn by librsvg at the size that is wanted, since a drawing has no pixels of its own. Its facts tell the size at 96 dots an
 * inch. Drawn from memory it can load no other file.
 */
import { checkSize } from "../check-size.ts";
import { cropCentre } from "../decoder.ts";
import type { Decoded, DecodeInput, Want } from "../decoder.ts";
import { decodeRaw } from "../vips-raw.ts";
import { readMetadata } from "./vips.ts";

/** A drawing is drawn at least this large (long side), so that a 16-unit icon has edges to look at. */
const smallestLongSide = 512;

export async function decodeSvg({ bytes, want }: DecodeInput): Promise<Decoded> {
  const metadata = await readMetadata(bytes);
  checkSize(metadata.width, metadata.height, 1);
  const { width, height } = metadata;
  const scale = scaleFor(width, height, want);
  const resize = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  checkSize(resize.width, resize.height);
  const picture = await decodeRaw(bytes, { hasAlpha: true, ...(scale === 1 ? {} : { resize }) });
  return {
    picture: want.kind === "centre" ? cropCentre(picture, want.side) : picture,
    facts: { format: "svg", width, height, orientation: 1, channels: metadata.channels, bitDepth: 8, hasAlpha: true, frameCount: 1 },
    fullResolution: true,
    exif: null,
    dicom: null,
  };
}

function scaleFor(width: number, height: number, want: Want): number {
  if (want.kind !== "at-least") return 1;
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const asked = Math.max(want.shortSide / short, Math.max(want.longSide, smallestLongSide) / long);
  // A strip of 1 x 10,000 units would need a giant to have the short side: then the long one decides.
  return long * asked <= 8192 ? asked : Math.min(1, 8192 / long);
}
