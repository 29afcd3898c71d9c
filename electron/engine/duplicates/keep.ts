/**
 * @file Which copy to keep, and why, in plain words. By the usual rule: more pixels, then the source over what was saved from it, then no loss over loss, then less
 * compression, then recorded metadata, then the plainer name, then the older. The first criterion that tells two copies apart is the reason. Nothing is done to files.
 */
import { plainKeepRule, type KeepCriterion, type KeepRule } from "#protocol/duplicates-contract.ts";

import type { ContentFacts, FileFacts, GroupMember, Relation } from "./types.ts";

export interface KeepCandidate {
  readonly facts: FileFacts;
  readonly content: ContentFacts;
  /** Lossless, but with the very pixels of a lossy file beside it: encoding loses something, so it was made from that one. */
  readonly savedAgain?: boolean;
  /** Every lossy one of the group is a JPEG whose quality is known, so that qualities can be compared; bytes only hint at it. */
  readonly byQuality?: boolean;
  /** Share of its area that shows a picture; the rest is a frame, or corners that a tilt left. 1 where absent. */
  readonly shown?: number;
  /** Something was written over it that another copy does not have. */
  readonly written?: boolean;
}

/** Both orders are total: candidates of one group always sort the same way. */
export interface KeepOrder {
  readonly rule: KeepRule;
  /** Negative where `a` is the better one to keep. */
  compare(a: KeepCandidate, b: KeepCandidate): number;
  /** Exactly one is kept; of a scene, every one. */
  propose(members: readonly KeepCandidate[], relation: Relation): GroupMember[];
}

const losslessFormats = new Set([
  "png",
  "bmp",
  "tiff",
  "tif",
  "gif",
  "svg",
  "dicom",
  "pnm",
  "tga",
  "psd",
  "raw",
  "nifti",
  "sgi",
  "ico",
  "icns",
]);
const copyName = /(^|[^a-z])(copy|kopie|copie|copia|duplicate)([^a-z]|$)|\(\d+\)|~\d*$/i;

/** True for formats that keep every pixel. */
export function isLossless(format: string): boolean {
  return losslessFormats.has(format.toLowerCase());
}

/** Formats that moreover never reduce the colours: two of one size differ only where the pictures do. Of a raw the camera's JPEG is seen. */
export function keepsEveryPixel(format: string): boolean {
  return isLossless(format) && !["gif", "svg", "raw", "ico", "icns"].includes(format.toLowerCase());
}

interface Test {
  /** Higher is better. */
  readonly value: (candidate: KeepCandidate) => number;
  readonly kept: string;
  readonly left: (best: KeepCandidate, other: KeepCandidate) => string;
}

const tests: Readonly<Record<Exclude<KeepCriterion, "folder" | "date">, readonly Test[]>> = {
  pixels: [
    {
      value: ({ written }) => (written === true ? 0 : 1),
      kept: "nothing is written over it",
      left: () => "something is written over it",
    },
    {
      // What was framed or tilted was saved again: it never shows more than what it was made from, however its pixels are counted.
      value: ({ content, shown = 1 }) => content.width * content.height * (shown < 1 ? 0.97 * shown : 1),
      kept: "most pixels",
      left: (best, { content, shown = 1 }) =>
        shown < 1
          ? `${Math.round(100 * (1 - shown))} % of it is a frame or empty corners`
          : `${sizeOf(content)} instead of ${sizeOf(best.content)} pixels`,
    },
  ],
  format: [
    {
      value: ({ savedAgain }) => (savedAgain === true ? 0 : 1),
      kept: "the file that the lossless copy was made from",
      left: (best) => `made from a ${best.content.format} file with the same pixels, so it holds nothing more`,
    },
    {
      value: ({ content }) => (isLossless(content.format) ? 1 : 0),
      kept: "lossless format",
      left: (best, other) => `lossy ${other.content.format}, the kept one is lossless ${best.content.format}`,
    },
  ],
  compression: [
    {
      value: ({ content, byQuality }) => (isLossless(content.format) ? 101 : byQuality === true ? (content.jpegQuality ?? 0) : 0),
      kept: "least compressed",
      left: ({ content: best }, { content: other }) =>
        isLossless(best.format)
          ? "more compressed than the kept one"
          : `JPEG quality about ${other.jpegQuality ?? "unknown"} instead of ${best.jpegQuality ?? "unknown"}`,
    },
    {
      value: ({ content }) => (isLossless(content.format) ? Number.MAX_SAFE_INTEGER : content.byteSize),
      kept: "least compressed",
      left: () => "more compressed than the kept one",
    },
  ],
  metadata: [
    {
      value: ({ facts }) => (facts.hasMetadata === true ? 1 : 0),
      kept: "has recorded metadata",
      left: () => "lacks the metadata of the kept one",
    },
  ],
  name: [{ value: ({ facts }) => (copyName.test(stem(facts.path)) ? 0 : 1), kept: "original name", left: () => "named like a copy" }],
};
const shorterPath: Test = {
  value: ({ facts }) => -facts.path.length,
  kept: "shortest path",
  left: () => "longer path than the kept one",
};

export function keepOrder(rule: KeepRule = plainKeepRule): KeepOrder {
  const ordered = [...rule.order.flatMap((criterion) => testsOf(criterion, rule)), shorterPath];
  const compare = (a: KeepCandidate, b: KeepCandidate): number => {
    for (const { value } of ordered) {
      const difference = value(b) - value(a);
      if (difference !== 0) return difference;
    }
    return a.facts.path < b.facts.path ? -1 : a.facts.path > b.facts.path ? 1 : a.facts.file - b.facts.file;
  };
  return { rule, compare, propose: (members, relation) => propose(members, relation, ordered, compare) };
}

function testsOf(criterion: KeepCriterion, { folder, newest }: KeepRule): readonly Test[] {
  if (criterion === "date") {
    const sign = newest ? 1 : -1;
    const left = newest ? "older than the kept one" : "newer than the kept one";
    return [{ value: ({ facts }) => sign * facts.time, kept: newest ? "newest" : "oldest", left: () => left }];
  }
  if (criterion !== "folder") return tests[criterion];
  if (folder === null) return [];
  const value = ({ facts }: KeepCandidate): number => (liesIn(facts.path, folder) ? 1 : 0);
  return [{ value, kept: "in the preferred folder", left: () => "outside of the preferred folder" }];
}

function propose(
  members: readonly KeepCandidate[],
  relation: Relation,
  ordered: readonly Test[],
  compare: KeepOrder["compare"],
): GroupMember[] {
  if (relation === "same-scene") {
    return members.map(({ facts }) => ({ file: facts.file, keep: true, reason: "another picture of the same scene: nothing is proposed" }));
  }
  let best = members[0];
  for (const member of members) if (member !== best && compare(member, best) < 0) best = member;
  const reason = strongestReason(best, members, ordered);
  return members.map((member) => {
    if (member === best) return { file: member.facts.file, keep: true, reason: reason ?? "first by path, the copies are alike" };
    const deciding = ordered.find(({ value }) => value(best) !== value(member));
    const alike = member.content.id === best.content.id ? "identical to the kept file" : "no better than the kept one";
    const left = deciding ? deciding.left(best, member) : alike;
    return {
      file: member.facts.file,
      keep: false,
      reason: member.content.id === best.content.id && deciding ? `identical file, ${left}` : left,
    };
  });
}

/** The reason to keep the best: the last test that any other copy held out to. */
function strongestReason(best: KeepCandidate, members: readonly KeepCandidate[], ordered: readonly Test[]): string | null {
  let latest = -1;
  for (const member of members)
    if (member !== best)
      latest = Math.max(
        latest,
        ordered.findIndex(({ value }) => value(best) !== value(member)),
      );
  return latest < 0 ? null : ordered[latest].kept;
}

function sizeOf({ width, height }: ContentFacts): string {
  return `${width} x ${height}`;
}

function liesIn(path: string, folder: string): boolean {
  return path.startsWith(folder) && (/[/\\]$/.test(folder) || path[folder.length] === "/" || path[folder.length] === "\\");
}

/** File name without folder and extension. */
function stem(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
