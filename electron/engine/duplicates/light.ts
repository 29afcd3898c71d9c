/**
 * @file A drawing is flat or has edges; what light makes lies between the two. Of night skies on black ground a quarter of the tiles are softly lit, or two fifths of those that are not flat; of drawings, masks
 * and screens with letters at most a fifth, or three tenths.
 */
import type { Prepared } from "./prepared.ts";

const flatActivity = 0.2;
const softActivity = 3;
const leastSoft = { ofAll: 0.22, ofOthers: 0.35 };

export interface Tiles {
  readonly all: number;
  readonly flat: number;
  readonly isOfLight: boolean;
}

/** @param seen [tilesDown, tilesAcross] 1 for the tiles that count; all if not given */
export function tilesOf(a: Prepared, b: Prepared, seen?: Uint8Array): Tiles {
  let [all, flat, soft] = [0, 0, 0];
  for (let tile = 0; tile < a.lumaActivity.length; tile++) {
    if (seen?.[tile] === 0) continue;
    const activity = Math.max(a.lumaActivity[tile], b.lumaActivity[tile]);
    all++;
    if (activity < flatActivity) flat++;
    else if (activity < softActivity) soft++;
  }
  return { all, flat, isOfLight: soft >= Math.min(leastSoft.ofAll * all, leastSoft.ofOthers * (all - flat)) };
}
