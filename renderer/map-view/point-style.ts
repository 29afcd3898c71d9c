/** @file How large and how opaque points are: larger when near, fainter where many lie on top of each other. */

export const smallestDiameter = 3;
export const largestDiameter = 6;
const mostOpaque = 0.92;
const leastOpaque = 0.1;

/** `zoom` is the scale as a multiple of the one at which the whole map fits. */
export function diameterOf({ zoom, count }: { zoom: number; count: number }): number {
  const atFit = 7 - Math.log10(Math.max(count, 30)) * 0.8;
  return Math.min(largestDiameter, Math.max(smallestDiameter, atFit + 0.6 * Math.log2(Math.max(zoom, 0.25))));
}

/** `room` is how far apart points typically lie, in pixels: several discs deep must still show where it is denser. */
export function opacityOf({ room, diameter }: { room: number; diameter: number }): number {
  const cover = (Math.PI * (diameter / 2) ** 2) / Math.max(room * room, 1e-6);
  return Math.min(mostOpaque, Math.max(leastOpaque, mostOpaque / (1 + 0.5 * cover) ** 0.75));
}

/** Of the ring around selected points, pixels: where they crowd, thin, so that rings do not become a blot. */
export function ringWidthOf(room: number): number {
  return Math.min(3, Math.max(1.5, room / 3));
}
