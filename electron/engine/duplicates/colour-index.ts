/**
 * @file Pairs whose 4 x 4 mean colours are all but equal. A second net under the hashes: in symmetric or flat drawings many frequencies
 * are near zero and their signs flip with the least noise, while saving a picture again moves no mean colour by more than a few levels.
 * Contents are walked in order of their colour sum, in which such pairs stand close; at most `most` pairs per content, so it is linear.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { StageOptions } from "../base/stage.ts";
import { isAsked, type ContentFacts, type Fresh } from "./types.ts";

/** Levels that one of the 48 means may move, and their mean movement. */
const mostSingle = 5;
const mostMean = 1.5;
const most = 8;
/** How many contents ahead in the order are looked at. */
const reach = 96;

export interface ColourOptions extends StageOptions {
  /** Only pairs with at least one of these are told; all where absent. */
  readonly fresh?: Fresh | undefined;
}

/** Calls `found` with a < b, once per pair. */
export function matchColours(contents: readonly ContentFacts[], found: (a: number, b: number) => void, options: ColourOptions = {}): void {
  const sums = Float64Array.from(contents, (content) => content.colour.reduce((sum, value) => sum + value, 0));
  const order = Array.from(contents.keys()).sort((a, b) => sums[a] - sums[b] || a - b);
  for (let at = 0; at < order.length; at++) {
    if ((at & 255) === 0) throwIfAborted(options.signal);
    const item = order[at];
    const near: { other: number; difference: number }[] = [];
    for (let ahead = at + 1; ahead < Math.min(order.length, at + 1 + reach); ahead++) {
      const other = order[ahead];
      if (sums[other] - sums[item] > 48 * mostMean) break;
      if (!isAsked(options.fresh, item, other)) continue;
      const difference = colourDifference(contents[item].colour, contents[other].colour);
      if (difference <= 48 * mostMean) near.push({ other, difference });
    }
    if (near.length > most) near.sort((first, second) => first.difference - second.difference || first.other - second.other).length = most;
    for (const { other } of near) found(Math.min(item, other), Math.max(item, other));
  }
}

/** Sum of the absolute differences, infinite where a single one is too large. */
function colourDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < 48; index++) {
    const difference = Math.abs(a[index] - b[index]);
    if (difference > mostSingle) return Infinity;
    sum += difference;
  }
  return sum;
}
