/**
 * @file How many frames an animated PNG has (PNG third edition, chunk acTL). libvips shows the first and does not count.
 */

/** 1 for a still picture. The chunk lies before the pixels. */
export function pngFrames(bytes: Buffer): number {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "IDAT") return 1;
    if (type === "acTL" && length === 8 && at + 16 <= bytes.length) return Math.max(1, bytes.readUInt32BE(at + 8));
    at += 12 + length;
  }
  return 1;
}
