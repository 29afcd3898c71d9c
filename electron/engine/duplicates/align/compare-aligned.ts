/**
 * @file Is one picture the other after a crop, a tilt, a frame, another tone, without its colour, or with a caption laid over it? Corners say how one lies in the other, least squares make that exact, and
 * then the same tiles decide as for pictures of one framing (tiles.ts): every tile that both show must agree to within what saving again may leave. One thing may disagree: a caption, whose pixels are of
 * one colour in the picture that has it.
 *
 * What a camera does between two shots looks much like an edit, and is told from it by what nobody does to a copy: each shot shows something that the other does not, or is turned by half a degree, or
 * stretched, or is larger by a hundredth. Of 446 pictures (two thirds of stars) 437 crops, 437 tilts and 434 captioned ones are found, and with compare.ts all grey
 * ones. Of 4,860 pairs of near video frames none is called a copy that is none. Some that lie still but for a small thing are called captioned: only a line of letters proves a copy (line-of-text.ts).
 */
import { inverse, scaleOf, turnOf, type Affine } from "#protocol/affine.ts";

import { countLetters } from "../../ingest/decode/burned-text.ts";
import { flatActivity, tilesOf } from "../light.ts";
import { hasForeignDetail, hasForeignGrain } from "../noise.ts";
import { areLossless, sourceSize, toPlanes, type Picture, type Planes } from "../picture.ts";
import { preparePlanes, type Prepared } from "../prepared.ts";
import { compareTiles, countStructuredTiles, type TileReport, type Tone } from "../tiles.ts";
import { middleShift } from "../tone.ts";
import { applyTone, inverseTone } from "./apply-tone.ts";
import { findCaption, type Caption } from "./caption.ts";
import { isSureCloser } from "./closer-caption.ts";
import { isRestEmpty } from "./empty-rest.ts";
import { findCorners, type Corners } from "./corners.ts";
import { fitTone, worthOf } from "./fit-tone.ts";
import { framingOf, rescaled, scalesOf, stretchOf } from "./geometry.ts";
import { greysOf, isGrey, withoutColour } from "./regrey.ts";
import { refine, type Refined } from "./refine.ts";
import { seenTiles, withoutDetail } from "./seen-tiles.ts";
import { soften, type Plane } from "./plane.ts";
import { findSimilarity } from "./similarity.ts";
import { warp } from "./warp.ts";

/** What was done to one picture to get the other. */
export interface Differences {
  /** From pixels of the second picture's file to pixels of the first's. */
  readonly affine: Affine;
  /** Shares of each picture that the other shows, 0 to 1. */
  readonly shared: { readonly first: number; readonly second: number };
  readonly toned: boolean;
  /** One of the two has no colour. */
  readonly grey: boolean;
  /** Share of the tiles over which something was written. */
  readonly caption: number;
  /** Which of the two it was written on. */
  readonly written: "first" | "second" | null;
  /** It is a line of letters: the two are one picture. Else it may be a small thing that came into view. */
  readonly isCaptionSure: boolean;
  /** What only one of them shows is of one colour: a frame, or corners that a tilt left. */
  readonly frame: boolean;
}

export interface AlignedMatch {
  /** 0..1, below what pictures of one framing get. */
  readonly score: number;
  readonly differences: Differences;
}

const side = 256;
const leastCorrelation = 0.9;
/** Of the picture that lies in the other, and of the other. */
const leastShared = { inner: 0.9, outer: 0.55 };
/** Pixels that the corners alone may be off by at the rim. */
const roughSlack = 5;
const edge = 2;
const fewestTiles = 40;
const fewestLively = 24;
/** In allowances; what lies between pixels is known a little less well than what was scaled evenly. */
const accepted = { worst: 1.95, livelyMean: 0.65, livelyHigh: 1.15 };
/** Sides are rounded to pixels; nothing else stretches a copy. */
const mostStretch = 0.0022;
/** Radians. Nobody turns a copy by less than a degree; a camera that is held does. */
const heldTurn = { least: 0.0006, most: 0.017 };
/** A crop, a frame or a tilt takes more than this from the other; a camera that moves takes less. */
const mostOuterShare = 0.965;
/** A caption moves nothing. */
const captioned = { turn: 0.0004, stretch: 0.0008 };
/** Drawings of one set agree where they are flat, which is nearly everywhere. */
const drawing = { flatTiles: 0.25, livelyMean: 0.5 };
/** A slide or a form may get another line: they are flat nearly everywhere, a night sky that is taken for a drawing is not. */
const mostFlatUnderLetters = 0.5;
/** Of the tiles that letters lie on and next to: nobody writes a line of a slide across what it shows. */
const mostFlatBehind = 0.25;
const strongTone = { gain: 0.1, bias: 12 };
const faintTone = { gain: 0.03, bias: 3 };
/** Grey levels in the mean. */
const leastToneWorth = 0.5;
const bestScore = 0.94;

export function compareAligned(first: Picture, second: Picture): AlignedMatch | null {
  const [one, other] = [seenOf(first), seenOf(second)];
  const lie = findSimilarity(one.corners, other.corners);
  // Most pairs that overlap at all are two shots: that shows before the map is exact.
  if (lie === null || framingOf(lie.affine, one.plane, other.plane, roughSlack) === null) return null;
  const refined = refineGrey(one, other, refine(one.soft, other.soft, lie.affine));
  if (refined === null || refined.correlation < leastCorrelation) return null;
  const { affine } = refined;
  const inFiles = rescaled(affine, scalesOf(one.plane, sourceSize(first)), scalesOf(other.plane, sourceSize(second)));
  const [stretch, turn] = [stretchOf(inFiles), Math.abs(turnOf(inFiles))];
  const framing = framingOf(affine, one.plane, other.plane);
  if (framing === null || stretch > mostStretch) return null;
  if (framing !== "same" && turn > heldTurn.least && turn < heldTurn.most) return null;
  // The finer one is laid into the frame of the coarser one.
  const isSwapped = scaleOf(affine) * other.scale < one.scale;
  const layBy = (map: Affine): Compared | null =>
    isSwapped
      ? compareWarped({ moved: second, still: first, movedPlane: other.plane, stillPlanes: one.planes, affine: inverse(map), framing })
      : compareWarped({ moved: first, still: second, movedPlane: one.plane, stillPlanes: other.planes, affine: map, framing });
  let found = layBy(affine);
  if (found !== null && found.caption !== null) {
    // A caption moves nothing, but in a small picture it may draw the map to itself: then the frames, laid over each other, say the same.
    if (framing !== "same") return null;
    if (turn > captioned.turn || stretch > captioned.stretch) {
      found = layBy([other.plane.width / one.plane.width, 0, 0, 0, other.plane.height / one.plane.height, 0]);
      if (found?.caption === null) return null;
    }
  }
  if (found === null) return null;
  const { movedShare, stillShare, caption, tone, grey } = found;
  if (framing === "same") {
    // Here the tiles alone have said no before, and they know better, unless they cannot know.
    if (!grey && caption === null && !isBeyond(tone, strongTone)) return null;
  } else {
    if (Math.min(movedShare, stillShare) > mostOuterShare * Math.max(movedShare, stillShare)) return null;
    if (found.isDrawing && (found.livelyMean > drawing.livelyMean || found.isFaintlyToned)) return null;
  }
  const shared = isSwapped ? { first: stillShare, second: movedShare } : { first: movedShare, second: stillShare };
  return {
    score: bestScore - 0.2 * Math.min(1, found.livelyMean / accepted.livelyMean),
    differences: {
      affine: inFiles,
      shared,
      toned: found.isFaintlyToned,
      grey,
      caption: caption?.share ?? 0,
      written: caption === null ? null : (caption.on === "a") === isSwapped ? "second" : "first",
      isCaptionSure: caption?.isSure === true,
      frame: framing === "first" ? isRestEmpty(other.plane, one.plane, affine) : framing === "second" && isRestEmpty(one.plane, other.plane, inverse(affine)), // prettier-ignore
    },
  };
}

interface Seen {
  /** Pixels of the plane for each of the decode's. */
  readonly scale: number;
  readonly planes: Planes;
  readonly isGrey: boolean;
  /** Its brightness. */
  readonly plane: Plane;
  readonly soft: Plane;
  readonly corners: Corners;
}

const seenBefore = new WeakMap<Picture, Seen>();

function seenOf(picture: Picture): Seen {
  const known = seenBefore.get(picture);
  if (known !== undefined) return known;
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const scaled = (length: number): number => Math.max(1, Math.round(length * scale));
  const planes = toPlanes(picture, scaled(picture.width), scaled(picture.height));
  const plane = { width: planes.width, height: planes.height, values: planes.luma };
  const soft = soften(plane);
  const seen: Seen = { scale, planes, isGrey: isGrey(planes), plane, soft, corners: findCorners(plane) };
  seenBefore.set(picture, seen);
  return seen;
}

/** Where one of the two has no colour, its brightness was made in a way of its own: the way that fits best says best how it lies. */
function refineGrey(one: Seen, other: Seen, refined: Refined | null): Refined | null {
  if (refined === null || one.isGrey === other.isGrey) return refined;
  const coloured = one.isGrey ? other : one;
  return greysOf(coloured.planes).reduce<Refined | null>((best, values) => {
    const soft = soften({ ...coloured.plane, values });
    const next = one.isGrey ? refine(one.soft, soft, refined.affine) : refine(soft, other.soft, refined.affine);
    return next !== null && (best === null || next.correlation > best.correlation) ? next : best;
  }, null);
}

interface Warping {
  readonly moved: Picture;
  readonly still: Picture;
  readonly movedPlane: Plane;
  readonly stillPlanes: Planes;
  /** From the still plane into the moved plane. */
  readonly affine: Affine;
  readonly framing: "same" | "first" | "second";
}

interface Compared {
  readonly movedShare: number;
  readonly stillShare: number;
  readonly tone: Tone;
  /** At least faintly: the tone is a change, and explains something. */
  readonly isFaintlyToned: boolean;
  readonly grey: boolean;
  readonly caption: Caption | null;
  readonly isDrawing: boolean;
  readonly livelyMean: number;
}

const sameSize = { across: 1, down: 1 };

function compareWarped({ moved, still, movedPlane, stillPlanes, affine, framing }: Warping): Compared | null {
  const { width, height } = stillPlanes;
  const { planes, reached, reachedCount } = warp(moved, rescaled(affine, scalesOf(movedPlane, moved), sameSize), { width, height });
  const stillShare = reachedCount / (width * height);
  const movedShare = Math.min(1, (reachedCount * scaleOf(affine) ** 2) / (movedPlane.width * movedPlane.height));
  if (Math.max(movedShare, stillShare) < leastShared.inner || Math.min(movedShare, stillShare) < leastShared.outer) return null;
  if (framing !== "same") leaveEdge(reached, width, height);
  const { one, other, grey } = likeColoured(planes, stillPlanes, reached);
  fillUnreached(one, other, reached);
  let [a, b] = [preparePlanes(one), other === stillPlanes ? preparedStill(other) : preparePlanes(other)];
  const seen = seenTiles(reached, a);
  const tiles = seen.reduce((sum, value) => sum + value, 0);
  if (tiles < fewestTiles || countStructuredTiles(a, b, seen) < fewestLively) return null;
  const tone = fitTone(a, b, reached, grey);
  if (tone === null) return null;
  const asFound = [a, b] as const;
  // Cut off at white is cut off: the fainter one is brought to the stronger.
  const isExchanged = tone.lumaGain < 1;
  if (!isExchanged) a = preparePlanes(applyTone(one, tone));
  else [a, b] = [preparePlanes(applyTone(other, inverseTone(tone))), a];
  const sourcePixels = Math.max(
    1,
    Math.min((sourceSize(moved).width / movedPlane.width) * scaleOf(affine), sourceSize(still).width / width),
  );
  const report = compareTiles(a, b, { shift: { x: 0, y: 0 }, sourcePixels, seen, isGrey: grey });
  const caption = isAccepted(report) ? undefined : findCaption({ a, b, report, seen, reached });
  if (caption === null) return null;
  // What was written on a picture says nothing of what kind it is.
  const shown = seen.map((value, tile) => (value === 1 && caption?.tiles[tile] !== 1 ? 1 : 0));
  const { flat, others, isOfLight } = tilesOf(...asFound, shown);
  const isDrawing = flat > drawing.flatTiles * (flat + others) && !isOfLight;
  const isSlide = isDrawing && flat > mostFlatUnderLetters * (flat + others);
  const plain = caption !== undefined && (caption.on === "a") !== isExchanged ? still : moved;
  const mayBeSure =
    caption !== undefined && (!isSlide || liesOnThings(caption, caption.on === "a" ? b : a) || isFirstLine(moved, still, plain));
  const isSure = mayBeSure && (caption.isSure || (framing === "same" && isSureCloser(moved, still, side)));
  [a, b] = [withoutDetail(a, shown), withoutDetail(b, shown)];
  if (hasForeignGrain(a, b) || hasForeignDetail(a, b)) return null;
  return {
    movedShare,
    stillShare,
    tone,
    isFaintlyToned: isBeyond(tone, faintTone) && worthOf(tone, ...asFound, reached) >= leastToneWorth,
    grey,
    caption: caption === undefined ? null : { ...caption, isSure, on: isExchanged ? (caption.on === "a" ? "b" : "a") : caption.on },
    isDrawing,
    livelyMean: report.livelyMean,
  };
}

/** A slide, a screen, a form has letters already. What has none, a thing on plain ground or a galaxy on black, gets a caption; drawings, of which sets are made, are kept without loss. */
function isFirstLine(one: Picture, other: Picture, plain: Picture): boolean {
  return !areLossless(one, other) && countLetters(plain) === 0;
}

/** Was it written over what the picture shows rather than beside it? @param plain the picture that it was not written on */
function liesOnThings({ tiles }: Caption, plain: Prepared): boolean {
  let [under, flat] = [0, 0];
  for (let tile = 0; tile < tiles.length; tile++) {
    under += tiles[tile];
    if (tiles[tile] === 1 && plain.lumaActivity[tile] < flatActivity) flat++;
  }
  return flat <= mostFlatBehind * under;
}

const preparedBefore = new WeakMap<Planes, Prepared>();

/** Planes that nothing is changed in are made ready once. */
function preparedStill(planes: Planes): Prepared {
  let prepared = preparedBefore.get(planes);
  if (prepared === undefined) preparedBefore.set(planes, (prepared = preparePlanes(planes)));
  return prepared;
}

/** What lies at the edge of a picture that was turned or framed is mixed with what was put around it. */
function leaveEdge(reached: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (Math.min(x, y, width - 1 - x, height - 1 - y) < edge) reached[y * width + x] = 0;
}

/** What the moved one does not reach must not be seen in the blur of what it does. */
function fillUnreached(planes: Planes, from: Planes, reached: Uint8Array): void {
  for (let at = 0; at < reached.length; at++) {
    if (reached[at] === 1) continue;
    planes.luma[at] = from.luma[at];
    planes.blue[at] = from.blue[at];
    planes.red[at] = from.red[at];
  }
}

/** Where one of the two has no colour, the other loses its own. */
function likeColoured(one: Planes, other: Planes, reached: Uint8Array): { one: Planes; other: Planes; grey: boolean } {
  const [isOneGrey, isOtherGrey] = [isGrey(one), isGrey(other)];
  if (isOneGrey === isOtherGrey) return { one, other, grey: false };
  return isOneGrey
    ? { one, other: withoutColour(other, one.luma, reached), grey: true }
    : { one: withoutColour(one, other.luma, reached), other, grey: true };
}

function isAccepted({ worst, livelyMean, livelyHigh }: TileReport): boolean {
  return worst < accepted.worst && livelyMean < accepted.livelyMean && livelyHigh < accepted.livelyHigh;
}

function isBeyond({ lumaGain, lumaBias }: Tone, { gain, bias }: { readonly gain: number; readonly bias: number }): boolean {
  return Math.abs(lumaGain - 1) > gain || middleShift({ gain: lumaGain, bias: lumaBias }) > bias;
}
