/** @file How large and how opaque points are: larger when near, fainter when many lie on top of each other. */
import type { Size } from "./camera.ts";

export const smallestDiameter = 3;
export const largestDiameter = 6;

/** `zoom` is the scale as a multiple of the one at which the whole map fits. */
export function diameterOf({ zoom, count }: { zoom: number; count: number }): number {
  const atFit = 7 - Math.log10(Math.max(count, 30)) * 0.8;
  return Math.min(largestDiameter, Math.max(smallestDiameter, atFit + 0.6 * Math.log2(Math.max(zoom, 0.25))));
}

/** So that a window evenly covered by discs several deep still shows where they are denser. */
export function opacityOf({ inSight, diameter, size }: { inSight: number; diameter: number; size: Size }): number {
  // Maps are clumped: about a quarter of the window holds the points.
  const cover = (inSight * Math.PI * (diameter / 2) ** 2) / Math.max(1, 0.25 * size.width * size.height);
  return Math.min(0.92, Math.max(0.14, 0.92 / Math.sqrt(1 + 0.6 * cover)));
}
