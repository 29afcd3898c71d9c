/**
 * @file A second look at something that was written on a copy, at the size of the decodes: at 256 pixels the letters of a small line run into each other. Nothing is moved here, so two that do not lie over each
 * other to a fraction of a pixel disagree everywhere and are no caption.
 */
import { sourceSize, toPlanes, type Picture } from "../picture.ts";
import { preparePlanes } from "../prepared.ts";
import { compareTiles } from "../tiles.ts";
import { findCaption } from "./caption.ts";

/** Of the size of the first look: less tells nothing new. */
const leastGrowth = 1.5;

/** Is it a line of letters? @param seenAt long side of the first look */
export function isSureCloser(first: Picture, second: Picture, seenAt: number): boolean {
  const [width, height] = [Math.min(first.width, second.width), Math.min(first.height, second.height)];
  if (Math.max(width, height) < leastGrowth * seenAt) return false;
  const [a, b] = [first, second].map((picture) => preparePlanes(toPlanes(picture, width, height)));
  const sourcePixels = Math.max(1, Math.min(sourceSize(first).width, sourceSize(second).width) / width);
  const report = compareTiles(a, b, { shift: { x: 0, y: 0 }, sourcePixels });
  const everywhere = { seen: new Uint8Array(report.ratios.length).fill(1), reached: new Uint8Array(width * height).fill(1) };
  return findCaption({ a, b, report, ...everywhere })?.isSure === true;
}
