/**
 * @file The rules of issues that are about the file more than about what it shows: lost rows, a name of another format, an odd colour profile, text burned into the pixels. Most hold by themselves;
 * profiles and captions are held against the collection, where many have them they are its custom.
 */
import type { Rule } from "./issue-rules.ts";
import type { ContentMetrics, FileMetrics } from "./metrics.ts";

export const fileLimits = {
  /** Of 215 photos and drawings (test/bench/issues.bench.ts) one has a lower edge of that grey by chance, 4 % of it. */
  lostRows: 0.05,
  /** Blank pictures are not cut off. */
  contrast: 4,
  /** 14 of the same 215 have as many: 13 show signs, labels or pages, one is a regular grid. Others have 7 at most. */
  letters: 8,
  /** What so many here have is not rare. */
  rareShare: 0.1,
  /** Fewer have no custom. */
  fewest: 8,
  /** Medical pictures are grey and lie on dark ground; scanned pages are grey and bright, and full of text. */
  greySaturation: 0.04,
  paperBrightness: 160,
} as const;

/** Why a profile is odd; null: it is not. Shares of the collection decide on `rare` only. */
export type ProfileOddity = "damaged" | "other-colours" | "inks-without" | "rare";

export function fileRules(contents: readonly ContentMetrics[]): Rule[] {
  return [lostRowsRule(contents), nameRule(), profileRule(contents), textRule(contents)];
}

function lostRowsRule(contents: readonly ContentMetrics[]): Rule {
  const threshold = fileLimits.lostRows;
  const lost = ({ quality }: ContentMetrics): number => (quality.contrast < fileLimits.contrast ? 0 : (quality.lostRows ?? 0));
  const usual =
    contents.filter((content) => lost(content) > threshold).length > contents.length / 2 && contents.length >= fileLimits.fewest;
  return { kind: "truncated", judge: (content) => (!usual && lost(content) > threshold ? { value: lost(content), threshold } : null) };
}

function nameRule(): Rule {
  return { kind: "wrong-extension", judge: ({ file }) => (file && file.wrongNames > 0 ? { value: file.wrongNames, threshold: 0 } : null) };
}

function profileRule(contents: readonly ContentMetrics[]): Rule {
  const counts = new Map<string, number>();
  for (const { file } of contents) if (file) counts.set(nameOf(file), (counts.get(nameOf(file)) ?? 0) + 1);
  const total = contents.filter(({ file }) => file !== undefined).length;
  return {
    kind: "colour-profile",
    judge: ({ file }) => {
      if (!file) return null;
      const own = oddityOfProfile(file);
      if (own !== null) return { value: 0, threshold: 0 };
      const share = (counts.get(nameOf(file)) as number) / total;
      const plain = file.profile === null || file.profile.name === "sRGB";
      return !plain && total >= fileLimits.fewest && share <= fileLimits.rareShare
        ? { value: share, threshold: fileLimits.rareShare }
        : null;
    },
  };
}

/** Odd in itself, whatever the others have. A profile of colours on grey pixels is common and does no harm. */
export function oddityOfProfile({ profile, channels, inks }: Pick<FileMetrics, "profile" | "channels" | "inks">): ProfileOddity | null {
  if (profile === null) return inks ? "inks-without" : null;
  if (profile.damaged) return "damaged";
  const fits = profile.space === "CMYK" ? inks : profile.space === "GRAY" ? channels <= 2 : !inks;
  return fits ? null : "other-colours";
}

function nameOf({ profile, inks }: FileMetrics): string {
  return profile === null ? (inks ? "inks" : "sRGB") : profile.name || profile.space;
}

function textRule(contents: readonly ContentMetrics[]): Rule {
  const threshold = fileLimits.letters;
  const has = ({ quality }: ContentMetrics): boolean => (quality.letters ?? 0) >= threshold;
  const rare = contents.length >= fileLimits.fewest && contents.filter(has).length <= fileLimits.rareShare * contents.length;
  const mayNameAPatient = ({ file, quality }: ContentMetrics): boolean =>
    file?.isDicom === true || (quality.peakSaturation < fileLimits.greySaturation && quality.brightness[2] < fileLimits.paperBrightness);
  return {
    kind: "burned-in-text",
    judge: (content) => {
      const value = content.quality.letters ?? 0;
      if (content.file?.burnedInAnnotation === true) return { value, threshold };
      return has(content) && (rare || mayNameAPatient(content)) ? { value, threshold } : null;
    },
  };
}
