/**
 * @file augment in TypeScript, noise: a number of its own for every place in the view, hashed from the view's seed and the place, so that no order
 * of work matters. The sum of eight bytes stands for a normal number: mean 1020, variance 8 (256^2 - 1) / 12, kurtosis 2.85 instead of 3, never
 * beyond 4.9 standard deviations.
 */
import { planColumn } from "./plan.ts";
import type { Plan } from "./sample.ts";

const single = Math.fround;
const mean = 1020;
const deviation = Math.sqrt((8 * 65535) / 12);

/** @param planes [3, pixels] */
export function addNoise(planes: Float32Array, plan: Plan): void {
  if (plan[planColumn.noise] === 0) return;
  const pixels = planes.length / 3;
  const period = plan[planColumn.noiseShared] === 1 ? pixels : planes.length;
  const seed = mix((plan[planColumn.noiseSeedHigh] << 16) | plan[planColumn.noiseSeedLow]);
  const factor = single((plan[planColumn.noise] * 255) / deviation);
  for (let at = 0; at < planes.length; at++) {
    const value = planes[at] + single(factor * (sumOfBytes(seed, at % period) - mean));
    planes[at] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** Eight bytes of two hashes, the second made from the first. */
function sumOfBytes(seed: number, place: number): number {
  const one = mix((seed + Math.imul(place, 0x9e3779b9)) | 0);
  const two = mix(one ^ 0x55555555);
  const mask = 0x00ff00ff;
  const pairs = (one & mask) + ((one >>> 8) & mask) + (two & mask) + ((two >>> 8) & mask);
  return (pairs & 0xffff) + (pairs >>> 16);
}

/** A 32-bit finaliser: every bit of the result depends on every bit of the number. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
}
