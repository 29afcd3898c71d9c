/**
 * @file Where the map is looked at from: the map's point in the middle of the window and how many pixels one unit of the map takes.
 * y points down on the map as on the screen. Plain values and functions; nothing here knows a canvas.
 */

export interface Camera {
  /** Map point at the middle of the window. */
  readonly x: number;
  readonly y: number;
  /** Pixels of CSS per unit of the map. */
  readonly scale: number;
}

/** The window in pixels of CSS. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** How far one may zoom out and in, as parts of the scale at which the whole map fits. */
export const furthestOut = 0.4;
export const furthestIn = 4000;

export function toScreen(camera: Camera, size: Size, spot: Spot): Spot {
  return { x: (spot.x - camera.x) * camera.scale + size.width / 2, y: (spot.y - camera.y) * camera.scale + size.height / 2 };
}

export function toMap(camera: Camera, size: Size, spot: Spot): Spot {
  return { x: (spot.x - size.width / 2) / camera.scale + camera.x, y: (spot.y - size.height / 2) / camera.scale + camera.y };
}

/** The part of the map in the window, and `margin` pixels around it. */
export function inSight(camera: Camera, size: Size, margin = 0): Bounds {
  const halfWidth = (size.width / 2 + margin) / camera.scale;
  const halfHeight = (size.height / 2 + margin) / camera.scale;
  return { left: camera.x - halfWidth, top: camera.y - halfHeight, right: camera.x + halfWidth, bottom: camera.y + halfHeight };
}

/** The camera that shows all of `bounds` with `padding` pixels around; a single point is shown at `largestScale`. */
export function fit(bounds: Bounds, size: Size, { padding = 64, largestScale = Infinity } = {}): Camera {
  const width = Math.max(1, size.width - 2 * padding);
  const height = Math.max(1, size.height - 2 * padding);
  const across = bounds.right - bounds.left;
  const down = bounds.bottom - bounds.top;
  const scale = Math.min(largestScale, width / Math.max(across, 1e-9), height / Math.max(down, 1e-9));
  return { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2, scale };
}

export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale };
}

/** Zooms so that the map's point under `at` (pixels) stays under it. */
export function zoomAt(
  camera: Camera,
  size: Size,
  { at, factor, limits }: { at: Spot; factor: number; limits: readonly [number, number] },
): Camera {
  const scale = Math.min(limits[1], Math.max(limits[0], camera.scale * factor));
  const held = toMap(camera, size, at);
  return { x: held.x - (at.x - size.width / 2) / scale, y: held.y - (at.y - size.height / 2) / scale, scale };
}

/** Between two cameras, `part` from 0 to 1: the scale goes in equal factors, and what both show moves on a straight line. */
export function between(from: Camera, to: Camera, part: number): Camera {
  if (part >= 1) return to;
  const scale = from.scale * (to.scale / from.scale) ** part;
  // The share of the way that keeps the fixed point of the two similarities fixed; linear when the scales are equal.
  const share = Math.abs(to.scale - from.scale) < 1e-6 * from.scale ? part : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, scale };
}

/** Map to clip space, column-major 3 x 3. */
export function clipMatrix(camera: Camera, size: Size): Float32Array {
  const across = (2 * camera.scale) / size.width;
  const down = (-2 * camera.scale) / size.height;
  return Float32Array.of(across, 0, 0, 0, down, 0, -camera.x * across, -camera.y * down, 1);
}

/** Bounds of the places [n, 2] that exist; null when none does. */
export function boundsOf(places: Float32Array, indexes?: ArrayLike<number>): Bounds | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const count = indexes?.length ?? places.length / 2;
  for (let position = 0; position < count; position++) {
    const index = indexes === undefined ? position : indexes[position];
    const x = places[2 * index];
    const y = places[2 * index + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return left <= right && top <= bottom ? { left, top, right, bottom } : null;
}
