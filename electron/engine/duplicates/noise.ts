/**
 * @file Two exposures of one still scene differ in nothing but the sensor's noise: a copy keeps the grain of its original (or loses it),
 * a second exposure has grain of its own. So in the calm tiles of two pictures the finest detail is correlated. Of the fainter picture's
 * grain, a lossy copy owes most to the stronger's (quantising is a projection); two frames owe each other nothing.
 * Measured: 59 pairs of neighbouring frames per sequence have a share near 0 in three of four noisy sequences, saved copies .3 and more.
 *
 * The same holds of strong fine detail anywhere: two drawings of one set (stars of 67 and of 73 points) may agree but for their finest
 * detail, where 1,915 copies correlate by .49 and more and those two by .1.
 */
import { tileSide } from "#native/twins/plane-tiles.ts";

import type { Prepared } from "./prepared.ts";

const calmActivity = 3;
const faintestGrain = 0.15; // variance in grey levels squared; below it rounding to 8 bits rules
const fewestTiles = 24;
const mostForeignShare = 0.3;
const leastForeignGrain = 0.5;

/** True when both pictures carry grain and it is not the same grain. */
export function hasForeignGrain(a: Prepared, b: Prepared): boolean {
  const { width, tilesAcross, tilesDown } = a;
  const blurredA = a.blurred[0];
  const blurredB = b.blurred[0];
  let shared = 0;
  let grainA = 0;
  let grainB = 0;
  let tiles = 0;
  for (let tile = 0; tile < tilesAcross * tilesDown; tile++) {
    if (Math.min(a.lumaActivity[tile], b.lumaActivity[tile]) > calmActivity) continue;
    const start = Math.floor(tile / tilesAcross) * tileSide * width + (tile % tilesAcross) * tileSide;
    let tileShared = 0;
    let tileA = 0;
    let tileB = 0;
    for (let y = 0; y < tileSide; y++) {
      for (let at = start + y * width; at < start + y * width + tileSide; at++) {
        const detailA = a.sharpLuma[at] - blurredA[at];
        const detailB = b.sharpLuma[at] - blurredB[at];
        tileShared += detailA * detailB;
        tileA += detailA * detailA;
        tileB += detailB * detailB;
      }
    }
    if (Math.min(tileA, tileB) < faintestGrain * tileSide * tileSide) continue;
    tiles++;
    shared += tileShared;
    grainA += tileA;
    grainB += tileB;
  }
  if (tiles < fewestTiles || tiles < 0.02 * tilesAcross * tilesDown) return false;
  const fainter = Math.min(grainA, grainB);
  const share = shared / fainter;
  const foreign = (fainter - shared) / (tiles * tileSide * tileSide);
  return share < mostForeignShare && foreign > leastForeignGrain;
}

const strongDetail = 2; // grey levels, root mean square
const leastDetailCorrelation = 0.4;

/** True when both pictures are full of fine detail and it is not the same. Not to be asked of pictures shifted by a good part of a pixel. */
export function hasForeignDetail(a: Prepared, b: Prepared): boolean {
  const blurredA = a.blurred[0];
  const blurredB = b.blurred[0];
  let shared = 0;
  let energyA = 0;
  let energyB = 0;
  for (let at = 0; at < blurredA.length; at++) {
    const detailA = a.sharpLuma[at] - blurredA[at];
    const detailB = b.sharpLuma[at] - blurredB[at];
    shared += detailA * detailB;
    energyA += detailA * detailA;
    energyB += detailB * detailB;
  }
  if (Math.min(energyA, energyB) < strongDetail * strongDetail * blurredA.length) return false;
  return shared < leastDetailCorrelation * Math.sqrt(energyA * energyB);
}
