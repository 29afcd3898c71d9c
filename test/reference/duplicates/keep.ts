/**
 * @file The plain reference of keeping: which copy to keep, and why, in plain words: more pixels, then the source over what was saved from it, then no loss over loss, then less compression, then recorded metadata,
 * then the older, then the plainer name. The first rule that tells two copies apart is the reason.
 */
import type { ContentFacts, FileFacts, GroupMember, Relation } from "#engine/duplicates/types.ts";

export interface KeepCandidate {
  readonly facts: FileFacts;
  readonly content: ContentFacts;
  /** Lossless, but with the very pixels of a lossy file beside it: encoding loses something, so it was made from that one. */
  readonly savedAgain?: boolean;
}

const losslessFormats = new Set(["png", "bmp", "tiff", "tif", "gif", "svg", "dicom"]);
const copyName = /(^|[^a-z])(copy|kopie|copie|copia|duplicate)([^a-z]|$)|\(\d+\)|~\d*$/i;

/** True for formats that keep every pixel. */
export function isLossless(format: string): boolean {
  return losslessFormats.has(format.toLowerCase());
}

/** Formats that moreover never reduce the colours: two of one size differ only where the pictures do. */
export function keepsEveryPixel(format: string): boolean {
  return isLossless(format) && !["gif", "svg"].includes(format.toLowerCase());
}

interface Rule {
  /** Higher is better. */
  readonly value: (candidate: KeepCandidate) => number;
  readonly kept: string;
  readonly left: (best: KeepCandidate, other: KeepCandidate) => string;
}

const rules: readonly Rule[] = [
  {
    value: ({ content }) => content.width * content.height,
    kept: "most pixels",
    left: (best, other) => `${sizeOf(other)} instead of ${sizeOf(best)} pixels`,
  },
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
  {
    value: ({ content }) => (isLossless(content.format) ? 0 : content.byteSize),
    kept: "least compressed",
    left: () => "more compressed than the kept one",
  },
  {
    value: ({ facts }) => (facts.hasMetadata === true ? 1 : 0),
    kept: "has recorded metadata",
    left: () => "lacks the metadata of the kept one",
  },
  { value: ({ facts }) => (copyName.test(stem(facts.path)) ? 0 : 1), kept: "original name", left: () => "named like a copy" },
  { value: ({ facts }) => -facts.time, kept: "oldest", left: () => "newer than the kept one" },
  { value: ({ facts }) => -facts.path.length, kept: "shortest path", left: () => "longer path than the kept one" },
];

/** Exactly one is kept; of a scene, every one. */
export function proposeKeep(members: readonly KeepCandidate[], relation: Relation): GroupMember[] {
  if (relation === "same-scene") {
    return members.map(({ facts }) => ({ file: facts.file, keep: true, reason: "another picture of the same scene: nothing is proposed" }));
  }
  let best = members[0];
  for (const member of members) if (member !== best && compareForKeep(member, best) < 0) best = member;
  const runnerUpRule = strongestRule(best, members);
  return members.map((member) => {
    if (member === best) return { file: member.facts.file, keep: true, reason: runnerUpRule ?? "first by path, the copies are alike" };
    const rule = decidingRule(best, member);
    const alike = member.content.id === best.content.id ? "identical to the kept file" : "no better than the kept one";
    const left = rule ? rule.left(best, member) : alike;
    return {
      file: member.facts.file,
      keep: false,
      reason: member.content.id === best.content.id && rule ? `identical file, ${left}` : left,
    };
  });
}

/** Negative where `a` is the better one to keep. A total order. */
export function compareForKeep(a: KeepCandidate, b: KeepCandidate): number {
  for (const rule of rules) {
    const difference = rule.value(b) - rule.value(a);
    if (difference !== 0) return difference;
  }
  return a.facts.path < b.facts.path ? -1 : a.facts.path > b.facts.path ? 1 : a.facts.file - b.facts.file;
}

function decidingRule(best: KeepCandidate, other: KeepCandidate): Rule | undefined {
  return rules.find((rule) => rule.value(best) !== rule.value(other));
}

/** The reason to keep the best: the last rule that any other copy held out to. */
function strongestRule(best: KeepCandidate, members: readonly KeepCandidate[]): string | null {
  let latest = -1;
  for (const member of members) {
    if (member === best) continue;
    const deciding = rules.findIndex((rule) => rule.value(best) !== rule.value(member));
    latest = Math.max(latest, deciding < 0 ? -1 : deciding);
  }
  return latest < 0 ? null : rules[latest].kept;
}

function sizeOf({ content }: KeepCandidate): string {
  return `${content.width} x ${content.height}`;
}

/** File name without folder and extension. */
function stem(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
