/**
 * @file Something was written over a copy: a caption, a date, a watermark of one colour. The tiles that disagree are few and lie together, everything else agrees as well as copies do, and where the two
 * disagree, one of them shows (nearly) one colour. A thing that moved, another digit, another face disagree in what both show.
 */
import type { Prepared } from "../prepared.ts";
import type { TileReport } from "../tiles.ts";
import { isLineOfText } from "./line-of-text.ts";
import { tileAt } from "./seen-tiles.ts";

export interface CaptionInput {
  readonly a: Prepared;
  readonly b: Prepared;
  readonly report: TileReport;
  /** [tiles] */
  readonly seen: Uint8Array;
  /** [height, width] */
  readonly reached: Uint8Array;
}

/** Of tiles that both show; a line of letters proves itself and may be larger. */
const mostTiles = { ofAnything: 0.07, ofLetters: 0.12 };
/** Where it does not lie; beside a line of letters all that is no part of it counts as the rest. */
const rest = { worst: 1.4, livelyMean: 0.5, livelyHigh: 0.9 };
/** Tiles next to a clearly foreign one may be off by less. */
const foreign = 1.6;
/** Of a line of letters, white on what is mostly white, less may be seen. */
const fewestTiles = { ofAnything: 5, ofLetters: 3 };
const differs = 14;
/** Root mean square around the colour of the caption, in grey levels. */
const mostInkSpread = 26;
/** Of luma and the two colours: a JPEG keeps colours at half the size, so those of thin strokes are spread thin. */
const weights = [1, 0.25, 0.25] as const;
const leastInkShare = 0.7;
const fewestInkPixels = 12;
const mostSolid = 0.1;
/** Of the difference between ink and ground. */
const leastInked = 0.4;
/** Pixels around what is written. */
const beside = 4;
/** Paper, and ink on it: forms are filled in with what is darker. Yellow on white is 29 grey levels darker and is a caption. */
const paper = { white: 190, ink: 32 };
const mostOnPaper = 0.5;
const furtherOut = [1, 1.3, 1.7, 2.3];

export interface Caption {
  /** Of the tiles that both show. */
  readonly share: number;
  /** [tiles] 1 where it lies, and next to it. */
  readonly tiles: Uint8Array;
  /** Which of the two it was written on. */
  readonly on: "a" | "b";
  /** A line of letters over more than paper, or brighter than it: nothing that came into view looks so, and no form was filled in. */
  readonly isSure: boolean;
}

/** Null where the disagreement is no caption. */
export function findCaption({ a, b, report, seen, reached }: CaptionInput): Caption | null {
  const { tilesAcross, tilesDown } = a;
  const isForeign = new Uint8Array(report.ratios.length);
  let tiles = 0;
  let count = 0;
  for (let tile = 0; tile < isForeign.length; tile++) {
    tiles += seen[tile];
    if (seen[tile] === 1 && report.ratios[tile] >= foreign) count += isForeign[tile] = 1;
  }
  if (count < fewestTiles.ofLetters || count > mostTiles.ofLetters * tiles) return null;
  const around = grown(isForeign, tilesAcross, tilesDown);
  const lively: number[] = [];
  let mustBeLetters = count < fewestTiles.ofAnything || count > mostTiles.ofAnything * tiles;
  for (let tile = 0; tile < isForeign.length; tile++) {
    if (seen[tile] === 0 || around[tile] === 1) continue;
    if (report.ratios[tile] >= rest.worst) mustBeLetters = true;
    if (Math.min(a.lumaActivity[tile], b.lumaActivity[tile]) >= 3) lively.push(report.ratios[tile]);
  }
  lively.sort((one, other) => one - other);
  const mean = lively.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, lively.length);
  if (mean >= rest.livelyMean || (lively[Math.floor(0.9 * lively.length)] ?? 0) >= rest.livelyHigh) return null;
  const ink = findInk({ a, b, around, reached });
  return ink === null || (mustBeLetters && !ink.isSure) ? null : { share: count / tiles, tiles: around, ...ink };
}

function grown(tiles: Uint8Array, across: number, down: number): Uint8Array {
  const more = new Uint8Array(tiles.length);
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++) {
      if (tiles[row * across + column] === 0) continue;
      for (let y = Math.max(0, row - 1); y <= Math.min(down - 1, row + 1); y++)
        for (let x = Math.max(0, column - 1); x <= Math.min(across - 1, column + 1); x++) more[y * across + x] = 1;
    }
  return more;
}

interface InkInput {
  readonly a: Prepared;
  readonly b: Prepared;
  readonly around: Uint8Array;
  readonly reached: Uint8Array;
}

/** Where the two disagree most, one of them is of one colour and the other is not. */
function findInk({ a, b, around, reached }: InkInput): Pick<Caption, "on" | "isSure"> | null {
  const { width, height } = a;
  const places: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (around[tileAt(a, x, y)] === 0 || reached[at] === 0) continue;
      const luma = Math.abs(b.blurred[0][at] - a.blurred[0][at]);
      const chroma = Math.hypot(b.blurred[1][at] - a.blurred[1][at], b.blurred[2][at] - a.blurred[2][at]); // prettier-ignore
      if (Math.max(luma, chroma) >= differs) places.push(at);
    }
  if (places.length < fewestInkPixels) return null;
  const inked = inkedOf(a, b, places);
  if (solidShare(inked, width, height) > mostSolid) return null;
  const [one, other] = [valuesOf(a, places), valuesOf(b, places)];
  if (!pointsToInk(other, one) && !pointsToInk(one, other)) return null;
  // Where they differ either could be what was written over: ink is of one colour, and stands out from what lies beside it, where what a picture shows goes on.
  const on = inkness(a, inked) > inkness(b, inked) ? "a" : "b";
  const [plain, written] = on === "a" ? [b.sharpLuma, a.sharpLuma] : [a.sharpLuma, b.sharpLuma];
  const onPaper = places.filter((at) => plain[at] >= paper.white && plain[at] - written[at] >= paper.ink).length;
  return { on, isSure: onPaper < mostOnPaper * places.length && isLineOfText(places, width, inked) };
}

/**
 * Where the two differ about as much as ink and ground do, before the blur, which runs small letters into each other. All places where their brightness hardly differs.
 */
function inkedOf(a: Prepared, b: Prepared, places: readonly number[]): readonly number[] {
  const gaps = Float32Array.from(places, (at) => Math.abs(b.sharpLuma[at] - a.sharpLuma[at]));
  const full = gaps.toSorted()[Math.floor(0.9 * gaps.length)];
  return full < differs ? places : places.filter((_, index) => gaps[index] >= leastInked * full);
}

/** Share of places from which every pixel within two differs too: much of a thing, little of letters. */
function solidShare(places: readonly number[], width: number, height: number): number {
  const mask = maskOf(places, width * height);
  let solid = 0;
  for (const at of places) {
    const [x, y] = [at % width, Math.floor(at / width)];
    let isSolid = x >= 3 && y >= 3 && x < width - 3 && y < height - 3;
    for (let dy = -3; isSolid && dy <= 3; dy++) for (let dx = -3; isSolid && dx <= 3; dx++) isSolid = mask[at + dy * width + dx] === 1;
    if (isSolid) solid++;
  }
  return solid / places.length;
}

/** [pixels] 1 at the places. */
function maskOf(places: readonly number[], pixels: number): Uint8Array {
  const mask = new Uint8Array(pixels);
  for (const at of places) mask[at] = 1;
  return mask;
}

/** How much what a picture shows at these places looks like something written on it; to be set against the other picture's. */
function inkness({ width, height, sharpLuma, blurred }: Prepared, places: readonly number[]): number {
  const planes = [sharpLuma, blurred[1], blurred[2]];
  return standsOut(planes, places, { width, height }) - spreadOf(planes, places);
}

/**
 * How far, in mean, what is written stands out from what lies next to it and was not written on, in grey levels.
 * @param places where, in both pictures, and no others
 */
function standsOut(
  planes: readonly Float32Array[],
  places: readonly number[],
  { width, height }: { readonly width: number; readonly height: number },
): number {
  const isWritten = maskOf(places, width * height);
  let sum = 0;
  for (const at of places) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const ground = planes.map(() => 0);
    let count = 0;
    for (let v = Math.max(0, y - beside); v <= Math.min(height - 1, y + beside); v++)
      for (let u = Math.max(0, x - beside); u <= Math.min(width - 1, x + beside); u++) {
        const near = v * width + u;
        if (isWritten[near] === 1) continue;
        for (let channel = 0; channel < planes.length; channel++) ground[channel] += planes[channel][near];
        count++;
      }
    if (count > 0) sum += Math.hypot(...planes.map((plane, channel) => plane[at] - ground[channel] / count));
  }
  return sum / places.length;
}

/** How far, in mean, what is written lies from its middle colour, in grey levels: ink is of one. */
function spreadOf(planes: readonly Float32Array[], places: readonly number[]): number {
  const middles = planes.map((plane) => median(places.map((at) => plane[at])));
  return places.reduce((sum, at) => sum + Math.hypot(...planes.map((plane, channel) => plane[at] - middles[channel])), 0) / places.length;
}

/** [places, 3] */
function valuesOf({ blurred }: Prepared, places: readonly number[]): Float32Array {
  const values = new Float32Array(3 * places.length);
  places.forEach((at, index) => {
    for (let channel = 0; channel < 3; channel++) values[3 * index + channel] = blurred[channel][at];
  });
  return values;
}

/**
 * Is `written` = `plain` + share (ink - plain), one ink for all places, shares of 0 to 1? Ink mixes with what lies under it by how much of a pixel it covers. So the disagreements point to one colour,
 * whatever lay there: with two unknowns (share, and the colour common to all) the residual of the best colour is small for a caption and large for two different things.
 */
function pointsToInk(plain: Float32Array, written: Float32Array): boolean {
  const count = plain.length / 3;
  // The ink shows most where the difference is largest; thin strokes never cover a pixel, so it may lie further out.
  const order = [...Array(count).keys()].sort((one, other) => gap(plain, written, other) - gap(plain, written, one));
  const core = order.slice(0, Math.max(fewestInkPixels >> 1, Math.floor(count / 8)));
  return furtherOut.some((stretch) => {
    const ink = [0, 1, 2].map((channel) =>
      median(core.map((at) => plain[3 * at + channel] + stretch * (written[3 * at + channel] - plain[3 * at + channel]))),
    );
    return isInkOf(ink, plain, written);
  });
}

function isInkOf(ink: readonly number[], plain: Float32Array, written: Float32Array): boolean {
  const count = plain.length / 3;
  let fitting = 0;
  let energy = 0;
  for (let at = 0; at < count; at++) {
    let [along, length] = [0, 0];
    for (let channel = 0; channel < 3; channel++) {
      const toInk = ink[channel] - plain[3 * at + channel];
      along += toInk * (written[3 * at + channel] - plain[3 * at + channel]);
      length += toInk * toInk;
    }
    const share = length > 1 ? along / length : 0;
    let residual = 0;
    for (let channel = 0; channel < 3; channel++) {
      const expected = plain[3 * at + channel] + Math.max(0, Math.min(1.15, share)) * (ink[channel] - plain[3 * at + channel]);
      residual += weights[channel] * (written[3 * at + channel] - expected) ** 2;
    }
    energy += residual;
    if (share > 0 && Math.sqrt(residual) < differs) fitting++;
  }
  return fitting >= leastInkShare * count && Math.sqrt(energy / count) < mostInkSpread;
}

function gap(one: Float32Array, other: Float32Array, at: number): number {
  return Math.hypot(one[3 * at] - other[3 * at], one[3 * at + 1] - other[3 * at + 1], one[3 * at + 2] - other[3 * at + 2]);
}

function median(values: number[]): number {
  values.sort((one, other) => one - other);
  return values[values.length >> 1];
}
