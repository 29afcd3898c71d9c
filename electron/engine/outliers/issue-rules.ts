/**
 * @file The rule of each issue, with its figures. Set on 101 photos, 80 deep-sky photos, 150 clip-art drawings, 160 small grey pictures, and copies of the photos
 * blurred (sigma 2 to 8), darkened and brightened. "Usual" is the median; "unusual" is some robust deviations away from it.
 */
import type { IssueKind } from "#protocol/model.ts";

import type { ContentMetrics } from "./metrics.ts";
import { robustSpread } from "./robust.ts";

export interface Rule {
  readonly kind: IssueKind;
  readonly judge: (content: ContentMetrics) => { readonly value: number; readonly threshold: number } | null;
}

/** Absolute bounds. */
export const limits = {
  /** A collection smaller than this has no usual values: only `alone` bounds hold. */
  fewest: 8,
  /** Laplacian variance. Photos blurred by sigma 2 have 1 to 73 (middle 14), sharp ones 230 to 2,100. */
  blur: { highest: 60, lowest: 2, alone: 10, deviations: 1.5 },
  /** Blur effect that must agree with it: sharp photos .1 to .45, blurred by sigma 2 .52 to .76. Smooth subjects are soft, but not blurred. */
  blurEffect: 0.5,
  /** Blank pictures have no edges to be sharp; they are `low-information`. */
  blurContrast: 8,
  /** 95th percentile of grey. Photos 120 to 255; their copies at 15 % light 18 to 38. */
  dark: { highest: 50, alone: 20, deviations: 3 },
  /** 255 - 5th percentile of grey. */
  bright: { highest: 40, alone: 10, deviations: 3 },
  /** Standard deviation of grey: photos from 12, thin line drawings from 4.3; blank paper with sensor noise 1 to 2. */
  information: { highest: 4, lowest: 2, deviations: 3 },
  /** Side (root of the area): at least this factor from the usual one. A third or a half is an ordinary mixture of cameras. */
  sizeFactor: 4,
  sizeDeviations: 4,
  /** Long side / short side: 16 : 9 is 1.8, a cinema screen 2.4, panoramas begin about there. */
  aspect: 2.5,
  aspectDeviations: 4,
  /** Peak saturation of a grey picture, with room for a JPEG's rounding. Tinted (sepia) pictures are above. */
  greySaturation: 0.04,
  /** Grey is an issue only where at most this share is grey. */
  greyShare: 0.1,
} as const;

/** The rules for one collection, in the order of `issueKinds`. */
export function createRules(contents: readonly ContentMetrics[]): Rule[] {
  const enough = contents.length >= limits.fewest;
  const blank = informationRule(contents, enough);
  const dark = lightRule(contents, enough, "dark");
  const bright = lightRule(contents, enough, "bright");
  return [
    blurRule(contents, enough),
    dark,
    bright,
    blank,
    sizeRule(contents, enough),
    aspectRule(contents, enough),
    greyRule(contents, enough, [dark, bright, blank]),
  ];
}

function blurRule(contents: readonly ContentMetrics[], enough: boolean): Rule {
  const { highest, lowest, alone, deviations } = limits.blur;
  // Sharpness spreads over four powers of ten: its logarithm is what has a middle.
  const logarithms = contents.flatMap(({ quality }) => (quality.sharpness === null ? [] : [Math.log(1 + quality.sharpness)]));
  const { median, deviation } = robustSpread(logarithms);
  const threshold = enough ? clamp(Math.expm1(median - deviations * Math.max(deviation, 0.3)), lowest, highest) : alone;
  return {
    kind: "blur",
    judge: ({ quality: { sharpness, blurEffect, contrast } }) =>
      sharpness !== null && sharpness < threshold && (blurEffect ?? 0) >= limits.blurEffect && contrast >= limits.blurContrast
        ? { value: sharpness, threshold }
        : null,
  };
}

/** Dark and bright are one rule: the distance of nearly all pixels from black, or from white. */
function lightRule(contents: readonly ContentMetrics[], enough: boolean, kind: "dark" | "bright"): Rule {
  const { highest, alone, deviations } = limits[kind];
  const distance = ({ quality }: ContentMetrics): number => (kind === "dark" ? quality.brightness[3] : 255 - quality.brightness[1]);
  const { median, deviation } = robustSpread(contents.map(distance));
  // Where the spread is wide, or the whole collection is dark, an eighth of the usual light is still dark.
  const bound = enough ? clamp(median - deviations * deviation, Math.min(alone, median / 8), highest) : alone;
  const shown = (value: number): number => (kind === "dark" ? value : 255 - value);
  return { kind, judge: (content) => (distance(content) < bound ? { value: shown(distance(content)), threshold: shown(bound) } : null) };
}

function informationRule(contents: readonly ContentMetrics[], enough: boolean): Rule {
  const { highest, lowest, deviations } = limits.information;
  const { median, deviation } = robustSpread(contents.map(({ quality }) => quality.contrast));
  // A few alone are held to the stricter bound; nothing at all to see is an issue in any collection.
  const threshold = enough ? clamp(median - deviations * deviation, lowest, highest) : lowest;
  return { kind: "low-information", judge: ({ quality: { contrast } }) => (contrast < threshold ? { value: contrast, threshold } : null) };
}

/** A size is odd only among others: there is no absolute bound beside the least factor. */
function sizeRule(contents: readonly ContentMetrics[], enough: boolean): Rule {
  const side = ({ width, height }: ContentMetrics): number => Math.sqrt(width * height);
  const { median, deviation } = robustSpread(contents.map((content) => Math.log(side(content))));
  const allowed = Math.max(limits.sizeDeviations * deviation, Math.log(limits.sizeFactor));
  const [smallest, largest] = [Math.exp(median - allowed), Math.exp(median + allowed)];
  // Halves of a rounding: exactly four times the usual side is not yet odd.
  const slack = 1 + 1e-9;
  return {
    kind: "odd-size",
    judge: (content) => {
      const value = side(content);
      if (!enough) return null;
      if (value * slack < smallest) return { value, threshold: smallest };
      return value > largest * slack ? { value, threshold: largest } : null;
    },
  };
}

function aspectRule(contents: readonly ContentMetrics[], enough: boolean): Rule {
  // Upright and lying pictures of one shape are alike.
  const ratio = ({ width, height }: ContentMetrics): number => Math.max(width / height, height / width);
  const { median, deviation } = robustSpread(contents.map((content) => Math.log(ratio(content))));
  const threshold = enough ? Math.max(limits.aspect, Math.exp(median + limits.aspectDeviations * deviation)) : Infinity;
  return { kind: "odd-aspect", judge: (content) => (ratio(content) > threshold ? { value: ratio(content), threshold } : null) };
}

/** `colourless` pictures (black, white, blank) show no colour for another reason, which is reported. */
function greyRule(contents: readonly ContentMetrics[], enough: boolean, colourless: readonly Rule[]): Rule {
  const threshold = limits.greySaturation;
  const isGrey = (content: ContentMetrics): boolean =>
    content.quality.peakSaturation < threshold && colourless.every((rule) => rule.judge(content) === null);
  const grey = contents.filter(isGrey).length;
  const rare = enough && grey <= Math.max(1, limits.greyShare * contents.length);
  return { kind: "greyscale", judge: (content) => (rare && isGrey(content) ? { value: content.quality.peakSaturation, threshold } : null) };
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}
