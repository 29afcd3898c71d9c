/**
 * @file Where the layout starts: the two main directions of the vectors (PCA by subspace iteration on a sample), scaled to +-10. It keeps
 * the coarse arrangement of the collection, which a random start loses, and the same vectors always start from the same places.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import type { Random } from "../base/random.ts";

const sampleRows = 1024;
/** Two directions wanted, two more so that the iteration settles fast. */
const directions = 4;
const iterations = 10;
const extent = 10;
/** Tells copies apart, which would otherwise start on one spot and never part. */
const noise = 1e-3;

/** [count, 2] row-major. */
export function initialCoordinates(table: VectorTable, random: Random, signal?: AbortSignal): Float32Array {
  const coordinates = project(table, principalDirections(table, random, signal), signal);
  let largest = 0;
  for (const value of coordinates) largest = Math.max(largest, Math.abs(value));
  // Nothing but rounding is left of identical vectors: start from a small cloud.
  const scale = largest > 1e-5 ? extent / largest : 0;
  const spread = scale > 0 ? noise : 1;
  for (let index = 0; index < coordinates.length; index++) coordinates[index] = coordinates[index] * scale + spread * random.normal();
  return coordinates;
}

interface Directions {
  /** [dimensions] */
  readonly mean: Float64Array;
  /** [directions, dimensions] row-major, orthonormal, most varied first. */
  readonly values: Float64Array;
}

function principalDirections(table: VectorTable, random: Random, signal: AbortSignal | undefined): Directions {
  const { dimensions } = table;
  const count = Math.min(sampleRows, table.count);
  const mean = new Float64Array(dimensions);
  // Evenly spread rows, centred.
  const sample = new Float64Array(count * dimensions);
  for (let index = 0; index < count; index++) {
    const start = Math.floor((index * table.count) / count) * dimensions;
    for (let at = 0; at < dimensions; at++) {
      const value = table.values[start + at];
      sample[index * dimensions + at] = value;
      mean[at] += value / count;
    }
  }
  for (let index = 0; index < count; index++) {
    for (let at = 0; at < dimensions; at++) sample[index * dimensions + at] -= mean[at];
  }
  let values = Float64Array.from({ length: directions * dimensions }, () => random.normal());
  orthonormalise(values, dimensions);
  for (let iteration = 0; iteration < iterations; iteration++) {
    throwIfAborted(signal);
    values = timesCovariance(sample, count, dimensions, values);
    orthonormalise(values, dimensions);
  }
  for (let direction = 0; direction < directions; direction++)
    pointUp(values.subarray(direction * dimensions, (direction + 1) * dimensions));
  return { mean, values };
}

/** sum over rows of row * (row . direction), for each direction. */
function timesCovariance(sample: Float64Array, count: number, dimensions: number, values: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(values.length);
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    for (let direction = 0; direction < directions; direction++) {
      const offset = direction * dimensions;
      let dot = 0;
      for (let at = 0; at < dimensions; at++) dot += sample[start + at] * values[offset + at];
      for (let at = 0; at < dimensions; at++) result[offset + at] += dot * sample[start + at];
    }
  }
  return result;
}

/** Gram-Schmidt in order; a direction that vanishes (fewer varied directions than asked) becomes zero. */
function orthonormalise(values: Float64Array, dimensions: number): void {
  for (let direction = 0; direction < directions; direction++) {
    const own = values.subarray(direction * dimensions, (direction + 1) * dimensions);
    const before = Math.sqrt(dot(own, own));
    for (let earlier = 0; earlier < direction; earlier++) {
      const other = values.subarray(earlier * dimensions, (earlier + 1) * dimensions);
      const shared = dot(own, other);
      for (let at = 0; at < dimensions; at++) own[at] -= shared * other[at];
    }
    const length = Math.sqrt(dot(own, own));
    const scale = length > 1e-10 * before && length > 0 ? 1 / length : 0;
    for (let at = 0; at < dimensions; at++) own[at] *= scale;
  }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at] * right[at];
  return sum;
}

/** A direction's sign is arbitrary; this one makes its largest component positive. */
function pointUp(direction: Float64Array): void {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let at = 0; at < direction.length; at++) direction[at] *= -1;
}

function project(table: VectorTable, { mean, values }: Directions, signal: AbortSignal | undefined): Float32Array {
  const { count, dimensions } = table;
  const coordinates = new Float32Array(count * 2);
  let shiftX = 0;
  let shiftY = 0;
  for (let at = 0; at < dimensions; at++) {
    shiftX += mean[at] * values[at];
    shiftY += mean[at] * values[dimensions + at];
  }
  for (let row = 0; row < count; row++) {
    if (row % 8192 === 0) throwIfAborted(signal);
    let x = -shiftX;
    let y = -shiftY;
    const start = row * dimensions;
    for (let at = 0; at < dimensions; at++) {
      const value = table.values[start + at];
      x += value * values[at];
      y += value * values[dimensions + at];
    }
    coordinates[2 * row] = x;
    coordinates[2 * row + 1] = y;
  }
  return coordinates;
}
