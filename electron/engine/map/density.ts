/**
 * @file How densely the map is covered: a histogram on a square grid, smoothed with a Gaussian whose width follows the usual distance
 * between neighbours on this very map. The unit is "points": one point on its own has density 1 where it lies.
 */

export interface Density {
  readonly width: number;
  readonly height: number;
  /** [height, width] row-major. */
  readonly values: Float32Array;
  /** [height, width]: how many points lie in the cell. */
  readonly points: Int32Array;
  /** [n]: the cell of each point. */
  readonly cells: Int32Array;
}

const mostCellsPerSide = 1024;
const cellsPerBandwidth = 2;
const sampleSize = 512;
/** Beyond three bandwidths the Gaussian counts as nothing. */
const reach = 3;

/** `surroundings`: how many neighbours the bandwidth looks at. `coordinates` is [n, 2] and finite. */
export function estimateDensity(coordinates: Float32Array, count: number, surroundings: number): Density {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let item = 0; item < count; item++) {
    left = Math.min(left, coordinates[2 * item]);
    right = Math.max(right, coordinates[2 * item]);
    top = Math.min(top, coordinates[2 * item + 1]);
    bottom = Math.max(bottom, coordinates[2 * item + 1]);
  }
  const extent = Math.max(right - left, bottom - top, 1e-6);
  const wished = surroundingsRadius(coordinates, count, surroundings) / 2;
  const cell = Math.max(wished / cellsPerBandwidth, extent / mostCellsPerSide);
  const radius = reach * cellsPerBandwidth;
  const width = Math.floor((right - left) / cell) + 1 + 2 * radius;
  const height = Math.floor((bottom - top) / cell) + 1 + 2 * radius;
  const points = new Int32Array(width * height);
  const cells = new Int32Array(count);
  for (let item = 0; item < count; item++) {
    const column = radius + Math.floor((coordinates[2 * item] - left) / cell);
    const row = radius + Math.floor((coordinates[2 * item + 1] - top) / cell);
    cells[item] = row * width + column;
    points[cells[item]]++;
  }
  const across = blur(Float32Array.from(points), width * height, 1, radius);
  return { width, height, points, cells, values: blur(across, width * height, width, radius) };
}

/** The median distance to the `surroundings`-th nearest point, over a sample spread evenly. */
function surroundingsRadius(coordinates: Float32Array, count: number, surroundings: number): number {
  const asked = Math.min(sampleSize, count);
  const rank = Math.min(surroundings, count - 1);
  const radii = new Float32Array(asked);
  const distances = new Float32Array(count);
  for (let index = 0; index < asked; index++) {
    const item = Math.floor((index * count) / asked);
    const [x, y] = [coordinates[2 * item], coordinates[2 * item + 1]];
    for (let other = 0; other < count; other++)
      distances[other] = (coordinates[2 * other] - x) ** 2 + (coordinates[2 * other + 1] - y) ** 2;
    radii[index] = Math.sqrt(selectSmallest(distances, rank));
  }
  return radii.sort()[asked >> 1];
}

/** The value at `rank` in ascending order (Hoare's selection; reorders `values`). */
export function selectSmallest(values: Float32Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const held = values[left];
      values[left++] = values[right];
      values[right--] = held;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank];
}

/** One direction of a Gaussian blur; `stride` 1 is along rows. The margin of `radius` cells is empty, so nothing wraps round. */
function blur(values: Float32Array, length: number, stride: number, radius: number): Float32Array {
  const weights = Float32Array.from({ length: radius + 1 }, (_, offset) => Math.exp(-0.5 * (offset / cellsPerBandwidth) ** 2));
  const result = new Float32Array(length);
  for (let at = 0; at < length; at++) {
    const value = values[at];
    if (value === 0) continue;
    result[at] += value;
    for (let offset = 1; offset <= radius; offset++) {
      result[at - offset * stride] += value * weights[offset];
      result[at + offset * stride] += value * weights[offset];
    }
  }
  return result;
}
