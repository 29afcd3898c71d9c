/**
 * @file Where an odd picture is odd: each place of it is held against all places of its nearest ordinary pictures (patches and their nearest neighbours, as PatchCore does; Roth et al. 2022). How far
 * ordinary pictures are from each other, place by place, tells from where on that is much.
 */
import type { CellMap } from "../base/cell-map.ts";
import { BugError } from "../base/errors.ts";

export interface StandingOut {
  /** Cells along each side. */
  readonly side: number;
  /** [side, side] row-major: 0 = as near as the middle of ordinary places, 1/2 = as far as one in twenty of them, 1 = that far again or more. */
  readonly strengths: Float32Array;
  /** Left, top, width and height, as shares of the picture, around what stands out most; null: no place is farther than ordinary ones. */
  readonly box: readonly [number, number, number, number] | null;
  /** Share of the picture that is farther than ordinary places: near 1, it is odd all over. */
  readonly share: number;
}

/** Ordinary places that tell what is usual; more cost more than they tell. */
const mostUsual = 240;
const farFrom = 0.5;
/** The part around the strongest place: cells at least this share as strong. */
const partOf = 0.6;
/** Two copies are no distance apart, and nothing else is to be infinitely far. */
const leastSpread = 0.01;

/** @param ordinary two pictures at least, for each other's sake. */
export function findStandingOut(picture: CellMap, ordinary: readonly CellMap[]): StandingOut {
  const [first] = ordinary;
  if (first === undefined || ordinary.length < 2) throw new BugError(`${ordinary.length} ordinary pictures; expected two at least`);
  const { side, channels } = picture;
  if (first.side !== side || first.channels !== channels)
    throw new BugError(`cells of ${side} x ${channels} and ${first.side} x ${first.channels}`);
  const scales = scalesOf(ordinary);
  const banks = ordinary.map((map) => scaledCells(map, scales));
  const own = scaledCells(picture, scales);
  const { middle, far } = usualDistances(banks, side * side, channels);
  const excess = Float32Array.from({ length: side * side }, (_, cell) => {
    const distance = Math.min(...banks.map((bank) => nearestDistance(own, cell, bank, channels)));
    return Math.max(0, (farFrom * (distance - middle)) / (far - middle));
  });
  const share = excess.reduce((sum, strength) => sum + Number(strength > farFrom), 0) / excess.length;
  return { side, strengths: excess.map((strength) => Math.min(1, strength)), box: boxAround(excess, side), share };
}

/** The middle of the distances of ordinary places to the nearest in other ordinary pictures, and what one in twenty exceeds. */
function usualDistances(banks: readonly Float32Array[], cells: number, channels: number): { middle: number; far: number } {
  const total = banks.length * cells;
  const step = Math.max(1, Math.ceil(total / mostUsual));
  const distances: number[] = [];
  for (let place = 0; place < total; place += step) {
    const bank = banks[Math.floor(place / cells)] as Float32Array;
    const others = banks.filter((other) => other !== bank);
    distances.push(Math.min(...others.map((other) => nearestDistance(bank, place % cells, other, channels))));
  }
  distances.sort((one, other) => one - other);
  const middle = distances[Math.floor(distances.length / 2)] as number;
  const far = distances[Math.floor(0.95 * (distances.length - 1))] as number;
  return { middle, far: Math.max(far, middle + leastSpread) };
}

/** To the nearest cell of `bank`: the root of the mean square over channels. Lengths count: a flat place has no direction of its own. */
function nearestDistance(cells: Float32Array, cell: number, bank: Float32Array, channels: number): number {
  const from = cell * channels;
  let best = Infinity;
  for (let other = 0; other < bank.length; other += channels) {
    let squares = 0;
    for (let channel = 0; channel < channels && squares < best; channel++) {
      const difference = (cells[from + channel] as number) - (bank[other + channel] as number);
      squares += difference * difference;
    }
    if (squares < best) best = squares;
  }
  return Math.sqrt(best / channels);
}

/** [channels]: 1 / the standard deviation of each channel over all ordinary cells; 0 where it never changes. */
function scalesOf(maps: readonly CellMap[]): Float64Array {
  const { channels, side } = maps[0] as CellMap;
  const plane = side * side;
  return Float64Array.from({ length: channels }, (_, channel) => {
    let [sum, squares] = [0, 0];
    for (const { values } of maps)
      for (let at = channel * plane; at < (channel + 1) * plane; at++) {
        sum += values[at] as number;
        squares += (values[at] as number) ** 2;
      }
    const count = plane * maps.length;
    const variance = squares / count - (sum / count) ** 2;
    return variance > 1e-12 * squares ? 1 / Math.sqrt(variance) : 0;
  });
}

/** [side * side, channels], each the mean of its 3 x 3 neighbourhood: a shift by a cell is not odd. */
function scaledCells({ channels, side, values }: CellMap, scales: Float64Array): Float32Array {
  const cells = new Float32Array(side * side * channels);
  const plane = side * side;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      for (let channel = 0; channel < channels; channel++) {
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, row - 1); y <= Math.min(side - 1, row + 1); y++)
          for (let x = Math.max(0, column - 1); x <= Math.min(side - 1, column + 1); x++, count++)
            sum += values[channel * plane + y * side + x] as number;
        cells[(row * side + column) * channels + channel] = (sum / count) * (scales[channel] as number);
      }
  return cells;
}

/** Around the cells that hang together with the strongest one. */
function boxAround(excess: Float32Array, side: number): StandingOut["box"] {
  const strongest = excess.reduce((best, strength, cell) => (strength > (excess[best] as number) ? cell : best), 0);
  const most = excess[strongest] as number;
  if (most <= farFrom) return null;
  const least = Math.max(farFrom, partOf * most);
  const seen = new Set([strongest]);
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (const cell of seen) {
    const [row, column] = [Math.floor(cell / side), cell % side];
    [left, top, right, bottom] = [Math.min(left, column), Math.min(top, row), Math.max(right, column + 1), Math.max(bottom, row + 1)];
    const around = [column > 0 ? cell - 1 : -1, column < side - 1 ? cell + 1 : -1, cell - side, cell + side];
    for (const next of around) if ((excess[next] ?? -1) >= least) seen.add(next);
  }
  return [left / side, top / side, (right - left) / side, (bottom - top) / side];
}
