/**
 * @file The verdict on two pictures: one picture saved twice, two pictures of one scene, or neither. Pure; works on decodes of at most
 * 512 px. Cheap rejections come first (proportions, 16 x 16 sketches in eight orientations), then tiles at 256 px, and at full size of
 * the decode only where 256 px leave a doubt. Every rule errs to the side of "not the same": a missed pair costs disk space, a false one
 * costs a picture.
 */
import { lumaOf } from "#native/twins/area-means.ts";
import { scaleOf as lengthsBy } from "#protocol/affine.ts";

import { compareAligned, type AlignedMatch, type Differences } from "./align/compare-aligned.ts";
import { findCutOffTone, withTone } from "./align/cut-off-tone.ts";
import { isGrey, withoutColour } from "./align/regrey.ts";
import { tilesOf } from "./light.ts";
import { hasForeignDetail, hasForeignGrain } from "./noise.ts";
import { areLossless, isLarge, orient, orientations, orientedSteps, sourceSize, swapsSides, toPlanes } from "./picture.ts";
import type { Orientation, Picture } from "./picture.ts";
import { prepare, preparePlanes, sketch, sketchSide } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import { sceneAgreement } from "./scene.ts";
import { compareTiles, countInnerTiles, countStructuredTiles, estimateShift } from "./tiles.ts";
import type { Shift, TileReport } from "./tiles.ts";
import { estimateTone, regress } from "./tone.ts";

export interface Verdict {
  /** null: nothing that a person should be shown as a duplicate. */
  readonly relation: "same-picture" | "same-scene" | null;
  /** 0..1. */
  readonly score: number;
  /** How `a` must be laid to match `b`. */
  readonly orientation: Orientation;
  /** Side of b's file / side of a's file. */
  readonly scale: number;
  /** Brightness or colour differ slightly, evenly over the picture. */
  readonly toned: boolean;
  /** What was done to one of them besides saving it again; absent where nothing was. */
  readonly differences?: Differences;
}

export interface CompareOptions {
  /** Orientations of `a` to try, from the hashes; all eight where absent. */
  readonly orientations?: readonly Orientation[];
  /** The encoder finds the two alike beyond chance: look for a common scene too. */
  readonly lookForScene?: boolean;
  /** One may be the other after a crop, a tilt, a frame, another tone, without colour, with a caption: look for that too. */
  readonly lookForEdits?: boolean;
}

const firstSide = 256;
const fullSide = 512;
/** In allowances: the worst tile, and the lively tiles as a whole (an icon of the same set is a little off everywhere). */
const accepted = { worst: 1.35, livelyMean: 0.55, livelyHigh: 0.9 };
const largeSide = 200; // compared pixels
/** Worst tile from which the full decode is looked at. */
const doubtful = 1.1;
const acceptedWithTone = 1;
/** Fewer lively tiles: a smooth picture (a gradient, an empty sky), judged more strictly; without contrast besides, a blank one. */
const fewestStructuredTiles = 3;
const leastContrast = 5;
const acceptedSmooth = 1;
const fewestTurnedTiles = 100;
/** Of 463 photos of things on plain ground all but 18 show as much. */
const fewestInnerTiles = 40;
const leastInnerShare = 0.2;
const rimWidth = 2;
const rimSlack = 3; // grey levels
const plainRim = 0.8;
const darkest = 16;
const furthestShift = { sameSize: 0.35, otherSize: 0.75 }; // compared pixels
const leastSketchCorrelation = 0.85;
const mostSketchDifference = 14; // root mean square, grey levels
const orientedSketch = orientations.map((orientation) => orientedSteps(sketchSide, sketchSide, orientation));
const mostBlankDifference = 0.5; // allowances

export function comparePictures(a: Picture, b: Picture, options: CompareOptions = {}): Verdict {
  const nothing: Verdict = { relation: null, score: 0, orientation: 0, scale: scaleOf(a, b), toned: false };
  // Symmetric pictures are near in several ways: lying as they are is always tried, and all there is for icons.
  let orientation = bestOrientation(a, b, [0, ...(options.orientations ?? orientations)]);
  if (orientation !== null && orientation !== 0 && !mayBeTurned(a, b)) orientation = bestOrientation(a, b, [0]);
  if (orientation !== null) {
    const laid = orient(a, orientation);
    const match = matchTiles(laid, b);
    if (match !== null)
      return { ...nothing, orientation, scale: scaleOf(laid, b), relation: "same-picture", score: match.score, toned: match.toned };
  }
  const looksForEdits = options.lookForEdits === true && isLarge(sourceSize(a)) && isLarge(sourceSize(b));
  if (looksForEdits) {
    const edited = compareAligned(a, b);
    // What is no line of letters may be a small thing that came into view: nothing to give one of the two up for. Or else a tone that no line fits.
    const isDoubtful = edited !== null && edited.differences.caption > 0 && !edited.differences.isCaptionSure;
    if (edited !== null && !isDoubtful) return ofAligned(edited, "same-picture");
    const grey = matchGrey(a, b);
    if (grey !== null) return ofAligned(grey, "same-picture");
    const match = orientation === 0 || sketchesFollow(a, b) ? matchCutOff(a, b) : null;
    if (match !== null) return { ...nothing, relation: "same-picture", score: match.score, toned: true };
    if (edited !== null) return ofAligned(edited, "same-scene");
  }
  if (options.lookForScene === true && orientation === 0) {
    const agreement = sceneAgreement(a, b);
    if (agreement > 0) return { ...nothing, relation: "same-scene", score: agreement };
  }
  return nothing;
}

function ofAligned({ score, differences }: AlignedMatch, relation: "same-picture" | "same-scene"): Verdict {
  return { relation, score, orientation: 0, scale: 1 / lengthsBy(differences.affine), toned: differences.toned, differences };
}

/**
 * Turned and mirrored copies are looked for among photos only: a set of icons is full of arrows that are each other's mirror image and
 * mean the opposite. An icon lies on plain ground, mostly white once what was transparent is laid on white; of what lies in the dark only few things are drawn. A thing that was photographed on plain ground is
 * told from it by two signs: a photo is seldom kept without loss in all its copies, as icons are, and it is full of detail.
 */
function mayBeTurned(a: Picture, b: Picture): boolean {
  const isKept = areLossless(a, b);
  return [a, b].every((picture) => {
    if (!isLarge(sourceSize(picture))) return false;
    const { width, height } = commonSize(picture, picture, firstSide);
    const prepared = prepare(picture, width, height);
    return showsEnough(prepared) && (!liesOnPlainGround(prepared) || (!isKept && isFullOfDetail(prepared)));
  });
}

/** A night sky shows little that is lively, and is of light. */
function showsEnough(prepared: Prepared): boolean {
  const { others, isOfLight } = tilesOf(prepared, prepared);
  return countStructuredTiles(prepared, prepared) >= fewestTurnedTiles || (isOfLight && others >= fewestTurnedTiles);
}

/** Icons are outlines, flat or evenly shaded within. */
function isFullOfDetail(prepared: Prepared): boolean {
  return countInnerTiles(prepared) >= Math.max(fewestInnerTiles, leastInnerShare * countStructuredTiles(prepared, prepared));
}

/** Is nearly all of the rim of one brightness, and not dark? Of 596 icons of 256 pixels all but 9 have such a rim. */
function liesOnPlainGround({ width, height, sharpLuma }: Prepared): boolean {
  const rim: number[] = [];
  for (let y = 0; y < height; y++) {
    const isAtEnd = y < rimWidth || y >= height - rimWidth;
    for (let x = 0; x < width; x++) if (isAtEnd || x < rimWidth || x >= width - rimWidth) rim.push(sharpLuma[y * width + x]);
  }
  const middle = rim.sort((one, other) => one - other)[rim.length >> 1];
  const alike = rim.filter((value) => Math.abs(value - middle) <= rimSlack).length;
  return middle > darkest && alike >= plainRim * rim.length;
}

interface Match {
  readonly score: number;
  readonly toned: boolean;
}

/** At 256 px; at the full size of the decodes where that leaves a doubt or shows too little. */
function matchTiles(a: Picture, b: Picture): Match | null {
  const canLookCloser = Math.min(Math.max(a.width, a.height), Math.max(b.width, b.height)) > firstSide;
  const first = matchAt(a, b, firstSide);
  if (canLookCloser && (first === "blank" || (first !== null && first.worst >= doubtful))) {
    const closer = matchAt(a, b, fullSide);
    return closer === "blank" ? matchBlank(a, b) : closer;
  }
  return first === "blank" ? matchBlank(a, b) : first;
}

/** As one is where the other's brightness and contrast were changed so much that a good part was cut off at black or white. */
function matchCutOff(a: Picture, b: Picture): Match | null {
  const tone = findCutOffTone(a, b);
  if (tone === null) return null;
  const match = tone.from === "first" ? matchTiles(withTone(a, tone), b) : matchTiles(a, withTone(b, tone));
  return match && { score: 0.95 * match.score, toned: true };
}

/**
 * As one is that lost its colour and nothing else: smooth pictures have no corners to be laid by, and need none. Its brightness was made in a way of its own, and the way that comes nearest is taken.
 */
function matchGrey(a: Picture, b: Picture): AlignedMatch | null {
  if (!sketchesFollow(a, b, brightnessOf)) return null;
  const { width, height } = commonSize(a, b, firstSide);
  const [one, other] = [toPlanes(a, width, height), toPlanes(b, width, height)];
  if (isGrey(one) === isGrey(other)) return null;
  const everywhere = new Uint8Array(width * height).fill(1);
  const [plain, faded] = isGrey(one)
    ? [one, withoutColour(other, one.luma, everywhere)]
    : [withoutColour(one, other.luma, everywhere), other];
  const match = matchPrepared(preparePlanes(plain), preparePlanes(faded), a, b);
  if (match === null || match === "blank") return null;
  const [from, to] = [sourceSize(b), sourceSize(a)];
  return {
    score: 0.95 * match.score,
    differences: {
      affine: [to.width / from.width, 0, 0, 0, to.height / from.height, 0],
      shared: { first: 1, second: 1 },
      toned: match.toned,
      grey: true,
      caption: 0,
      written: null,
      isCaptionSure: false,
      frame: false,
    },
  };
}

/** At the common size, at most `limit` long; "blank" where there is too little to see. */
function matchAt(a: Picture, b: Picture, limit: number): (Match & { worst: number }) | "blank" | null {
  const { width, height } = commonSize(a, b, limit);
  return matchPrepared(prepare(a, width, height), prepare(b, width, height), a, b);
}

function matchPrepared(preparedA: Prepared, preparedB: Prepared, a: Picture, b: Picture): (Match & { worst: number }) | "blank" | null {
  const { width, height } = preparedA;
  const sourceA = sourceSize(a);
  const sourceB = sourceSize(b);
  const sameSize = sourceA.width === sourceB.width && sourceA.height === sourceB.height;
  const sourcePixels = Math.min(sourceA.width, sourceB.width) / width;
  const structured = countStructuredTiles(preparedA, preparedB);
  const smooth = structured < fewestStructuredTiles;
  if (smooth && Math.min(preparedA.contrast, preparedB.contrast) < leastContrast) return "blank";
  const shift = estimateShift(preparedA, preparedB, sameSize ? furthestShift.sameSize : furthestShift.otherSize);
  let report: TileReport = compareTiles(preparedA, preparedB, { shift, sourcePixels });
  let toned = false;
  if (smooth && report.worst >= acceptedSmooth) return null;
  if (!isAccepted(report, Math.max(width, height))) {
    const retried = compareWithTone(preparedA, preparedB, { shift, sourcePixels, structured });
    if (retried === null) return null;
    report = retried;
    toned = true;
  }
  if (sameSize && areLossless(a, b) && !equalButForRounding(preparedA, preparedB, sourcePixels)) return null;
  if (hasForeignGrain(preparedA, preparedB)) return null;
  if (Math.max(Math.abs(shift.x), Math.abs(shift.y)) < 0.25 && hasForeignDetail(preparedA, preparedB)) return null;
  return { worst: report.worst, score: (toned ? 0.95 : 1) * (1 - 0.3 * (report.worst / accepted.worst)), toned };
}

/** The more tiles there are, the further out the worst of a true copy lies. */
function isAccepted(report: TileReport, side: number): boolean {
  const share = side < largeSide ? 1 : 1.2;
  return (
    report.worst < share * accepted.worst &&
    report.livelyMean < share * accepted.livelyMean &&
    report.livelyHigh < share * accepted.livelyHigh
  );
}

function compareWithTone(a: Prepared, b: Prepared, how: { shift: Shift; sourcePixels: number; structured: number }): TileReport | null {
  if (how.structured < 0.25 * a.lumaActivity.length) return null;
  const tone = estimateTone(a, b);
  if (tone === null) return null;
  const report = compareTiles(a, b, { shift: how.shift, sourcePixels: how.sourcePixels, tone });
  return isAccepted(report, Math.max(a.width, a.height)) && report.worst < acceptedWithTone ? report : null;
}

/** Where there is next to nothing to see, only (nearly) equal pixels of one size make one picture. */
function matchBlank(a: Picture, b: Picture): Match | null {
  const sourceA = sourceSize(a);
  const sourceB = sourceSize(b);
  if (sourceA.width !== sourceB.width || sourceA.height !== sourceB.height) return null;
  const { width, height } = commonSize(a, b, fullSide);
  const { worst } = compareTiles(prepare(a, width, height), prepare(b, width, height), { shift: { x: 0, y: 0 }, sourcePixels: 1 });
  return worst < mostBlankDifference ? { score: 1 - worst, toned: false } : null;
}

/** The size of the smaller picture, at most `limit` long. */
function commonSize(a: Picture, b: Picture, limit: number): { width: number; height: number } {
  const small = Math.max(a.width, a.height) <= Math.max(b.width, b.height) ? a : b;
  const scale = Math.min(1, limit / Math.max(small.width, small.height));
  const width = Math.max(1, Math.min(a.width, b.width, Math.round(small.width * scale)));
  const height = Math.max(1, Math.min(a.height, b.height, Math.round(small.height * scale)));
  return { width, height };
}

/**
 * Two lossless files of one size: colour management and bit depth may move a pixel by a level, re-encoding moves none. Where a compared
 * pixel is the mean of several, even that is mostly averaged away.
 */
function equalButForRounding(a: Prepared, b: Prepared, sourcePixels: number): boolean {
  const most = sourcePixels > 1.3 ? 0.75 : 1.5;
  for (const [first, second] of [
    [a.sharpLuma, b.sharpLuma],
    [a.blurred[1], b.blurred[1]],
    [a.blurred[2], b.blurred[2]],
  ] as const) {
    for (let at = 0; at < first.length; at++) if (Math.abs(first[at] - second[at]) > most) return false;
  }
  return true;
}

/** The orientation whose sketch is nearest, or null where none is near or the proportions differ. Ties go to the earlier one. */
function bestOrientation(a: Picture, b: Picture, tried: readonly Orientation[]): Orientation | null {
  const sketchA = sketch(a);
  const sketchB = sketch(b);
  let best: Orientation | null = null;
  let least = mostSketchDifference * mostSketchDifference;
  for (const orientation of tried) {
    const swapped = swapsSides(orientation);
    if (!sameProportions(swapped ? a.height : a.width, swapped ? a.width : a.height, b)) continue;
    const difference = sketchDifference(sketchA, sketchB, orientation);
    // A symmetric picture is near in several: the way it lies counts as nearer, unless another is clearly better.
    if (best === null ? difference < least : difference < 0.5 * least - 0.5) {
      least = difference;
      best = orientation;
    }
  }
  return best;
}

/** Sides may be off by one pixel from rounding, in either file or decode. */
function sameProportions(width: number, height: number, b: Picture): boolean {
  const slack = 1.5 / Math.min(width, height, b.width, b.height) + 0.004;
  return Math.abs((width * b.height) / (height * b.width) - 1) <= slack;
}

/** Is one sketch as bright where the other is bright, whatever gain and shift lie between them? */
function sketchesFollow(a: Picture, b: Picture, seen = (colours: Float32Array): Float32Array => colours): boolean {
  if (!sameProportions(a.width, a.height, b)) return false;
  return regress(seen(sketch(a)), seen(sketch(b))).correlation > leastSketchCorrelation;
}

/** [cells] of a sketch. */
function brightnessOf(colours: Float32Array): Float32Array {
  return Float32Array.from({ length: colours.length / 3 }, (_, cell) =>
    lumaOf(colours[3 * cell], colours[3 * cell + 1], colours[3 * cell + 2]),
  );
}

/** Mean square over cells and channels. */
function sketchDifference(a: Float32Array, b: Float32Array, orientation: Orientation): number {
  const { start, stepX, stepY } = orientedSketch[orientation];
  let sum = 0;
  for (let y = 0; y < sketchSide; y++) {
    for (let x = 0; x < sketchSide; x++) {
      const from = 3 * (start + x * stepX + y * stepY);
      const to = 3 * (y * sketchSide + x);
      sum += (a[from] - b[to]) ** 2 + (a[from + 1] - b[to + 1]) ** 2 + (a[from + 2] - b[to + 2]) ** 2;
    }
  }
  return sum / (3 * sketchSide * sketchSide);
}

function scaleOf(a: Picture, b: Picture): number {
  return Math.max(sourceSize(b).width, sourceSize(b).height) / Math.max(sourceSize(a).width, sourceSize(a).height);
}
