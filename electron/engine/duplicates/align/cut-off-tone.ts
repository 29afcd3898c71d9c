/**
 * @file Brightness and contrast of pictures of which a good part is black or white. There a line through what is left misjudges the gain (what lies just inside is the noise's choice), and means of several
 * pixels do not follow it at all: each pixel's red, green and blue were cut off on their own. So gains are tried on the pixels themselves, each with the shift that gives the mean found, cut off as programs cut.
 * What saving makes of black is brighter than black, and with it the mean: from the best of them gain and shift go on together.
 */
import type { Picture } from "../picture.ts";
import { middleShift } from "../tone.ts";
import { withinLevels } from "./apply-tone.ts";

/** value -> gain value + bias, cut off at 0 and 255. */
export interface CutOffTone {
  readonly gain: number;
  readonly bias: number;
  /** The fainter of the two, of which the other was made. */
  readonly from: "first" | "second";
}

const leastCutShare = 0.05;
const slight = { gain: 0.08, bias: 8 };
const triedGains = [1, 1.04, 1.08, 1.12, 1.16, 1.2, 1.24, 1.28, 1.33, 1.38, 1.43];
/** Gain and shift are changed together, by these and then finer. */
const firstStep = { gain: 0.04, bias: 4 };
const leastGainStep = 0.01;
const mostSteps = 40;
/** Grey levels by which values may be off on average before it is worth it: two shots of one sky are off by more. */
const worthIt = 4;
const furthestBias = 60;
const sampled = 8000; // pixels
/** Grey levels; what is off by more counts no further. */
const mostMiss = 20;

/** The change that explains most of what two pictures of one size differ by; null where little is cut off in either, and where it is slight: that shows on means. */
export function findCutOffTone(first: Picture, second: Picture): CutOffTone | null {
  if (first.width !== second.width || first.height !== second.height) return null;
  const [one, other] = [sampleOf(first), sampleOf(second)];
  let best: TriedTone | null = null;
  for (const from of ["first", "second"] as const) {
    const [source, result] = from === "first" ? [one, other] : [other, one];
    if (cutShare(result) < leastCutShare) continue;
    const [counts, wanted] = [countLevels(source), sumOf(result)];
    const tried = (gain: number, bias: number): TriedTone => ({ gain, bias, from, miss: missAt(source, result, gain, bias) });
    let found: TriedTone | null = null;
    for (const gain of triedGains) found = better(found, tried(gain, biasOf(counts, wanted, gain)));
    if (found !== null) best = better(best, found.miss < worthIt * source.length ? settle(found, tried) : found);
  }
  return best !== null && (best.gain - 1 > slight.gain || middleShift(best) > slight.bias) ? best : null;
}

interface TriedTone extends CutOffTone {
  readonly miss: number;
}

function better(best: TriedTone | null, other: TriedTone): TriedTone {
  return best === null || other.miss < best.miss ? other : best;
}

/** Downhill over gain and shift, in ever smaller steps. */
function settle(start: TriedTone, tried: (gain: number, bias: number) => TriedTone): TriedTone {
  let best = start;
  let { gain, bias } = firstStep;
  for (let step = 0; step < mostSteps && gain >= leastGainStep; step++) {
    const before = best;
    for (const across of [-gain, 0, gain])
      for (const down of [-bias, 0, bias])
        if ((across !== 0 || down !== 0) && before.gain + across >= 1) best = better(best, tried(before.gain + across, before.bias + down));
    if (best === before) [gain, bias] = [gain / 2, bias / 2];
  }
  return best;
}

export function withTone(picture: Picture, { gain, bias }: CutOffTone): Picture {
  const levels = Uint8ClampedArray.from({ length: 256 }, (_, level) => gain * level + bias);
  const data = new Uint8Array(picture.data.length);
  for (let at = 0; at < data.length; at++) data[at] = levels[picture.data[at]];
  return { ...picture, data };
}

function sampleOf({ data }: Picture): Uint8Array {
  const pixels = data.length / 3;
  const step = Math.max(1, Math.floor(pixels / sampled));
  const values = new Uint8Array(3 * Math.floor(pixels / step));
  for (let at = 0; 3 * at < values.length; at++) values.set(data.subarray(3 * at * step, 3 * at * step + 3), 3 * at);
  return values;
}

function cutShare(values: Uint8Array): number {
  let count = 0;
  for (const value of values) if (value <= 1 || value >= 254) count++;
  return count / Math.max(1, values.length);
}

function missAt(from: Uint8Array, to: Uint8Array, gain: number, bias: number): number {
  const levels = Float64Array.from({ length: 256 }, (_, level) => withinLevels(gain * level + bias));
  let sum = 0;
  for (let at = 0; at < from.length; at++) sum += Math.min(mostMiss, Math.abs(to[at] - levels[from[at]]));
  return sum;
}

function countLevels(values: Uint8Array): Float64Array {
  const counts = new Float64Array(256);
  for (const value of values) counts[value]++;
  return counts;
}

function sumOf(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** The shift after which the sum is as wanted. */
function biasOf(counts: Float64Array, wanted: number, gain: number): number {
  let [low, high] = [-furthestBias, furthestBias];
  for (let step = 0; step < 14; step++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (let level = 0; level < 256; level++) sum += counts[level] * withinLevels(gain * level + middle);
    if (sum < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
