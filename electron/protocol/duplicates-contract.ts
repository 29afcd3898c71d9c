/**
 * @file The part of the contract about duplicates: groups at any strictness, pairs between two folders, what a person said is no duplicate, and the rule by which
 * one of a group is kept. Only marks follow from it; files are never touched.
 */
import type { DuplicateGroup } from "./duplicate-model.ts";
import type { ImageId, Relation } from "./model.ts";

/** Which verified pairs count. */
export interface Strictness {
  /** The weakest relation. */
  readonly least: Relation;
  /** The least score of a pair that is the same picture; 0: every verified one. */
  readonly score: number;
}

/** Every verified pair. */
export const plainStrictness: Strictness = { least: "same-scene", score: 0 };

export const keepCriteria = ["pixels", "format", "compression", "metadata", "folder", "name", "date"] as const;
export type KeepCriterion = (typeof keepCriteria)[number];

/** Which of several copies is kept: the first criterion that tells two apart decides. Those that are left out count for nothing. */
export interface KeepRule {
  readonly order: readonly KeepCriterion[];
  /** What lies in this folder or below is better, absolute, shown form; null: no folder is. */
  readonly folder: string | null;
  /** The newer is better; else the older. */
  readonly newest: boolean;
}

export const plainKeepRule: KeepRule = {
  order: ["pixels", "format", "compression", "metadata", "folder", "name", "date"],
  folder: null,
  newest: false,
};

/** What another rule would do. */
export interface KeepPreview {
  /** Groups in which another picture would be kept, and pictures whose mark would change. */
  readonly groups: number;
  readonly images: number;
  /** Bytes that would be gained if only the kept ones stayed: now, and then. */
  readonly gainBytes: { readonly now: number; readonly then: number };
  /** The first few such groups: what is kept now, what would be, and why. */
  readonly examples: readonly {
    readonly now: { readonly id: ImageId; readonly path: string };
    readonly then: { readonly id: ImageId; readonly path: string; readonly reason: string };
  }[];
}

/** What one of two folders has in common with the other. */
export interface SharedOfFolder {
  /** Absolute, shown form. */
  readonly folder: string;
  readonly images: number;
  /** Of them, those that lie in the other folder too: the same file, pixels or picture. */
  readonly shared: number;
  /** Of the rest, those of which the other folder shows the same scene. */
  readonly scenes: number;
}

/** Two pictures of which a person said that they are no duplicates. Several files may hold one of them. */
export interface ApartPair {
  readonly a: ImageId;
  readonly b: ImageId;
  readonly pathA: string;
  readonly pathB: string;
  /** What the pixels say; null where they say nothing (any more). */
  readonly relation: Relation | null;
  /** Milliseconds since 1970. */
  readonly saidAt: number;
}

export interface ApartSteps {
  /** The step that would be undone, and the one that would be done again, in words. */
  readonly undo: string | null;
  readonly redo: string | null;
}

export interface DuplicatesContract {
  /** `least` and `score` are a `Strictness`; `relation` shows only groups of one. */
  "duplicates.groups": {
    params: { offset: number; limit: number; relation?: Relation; least?: Relation; score?: number };
    result: {
      groups: DuplicateGroup[];
      total: number;
      gainBytes: number;
      /** At this strictness. */
      counts: Readonly<Record<Relation, number>>;
    };
  };
  /** Images that some group proposes as a copy and none keeps. */
  "duplicates.copies": { params: { least?: Relation; score?: number }; result: { ids: Int32Array } };
  "duplicates.ofImage": { params: { id: ImageId }; result: { groups: DuplicateGroup[] } };
  /** Pairs across two folders only. Each is inside the collection or one of its folders, and neither holds the other. */
  "duplicates.between": {
    params: { a: string; b: string; offset: number; limit: number; least?: Relation; score?: number };
    result: { groups: DuplicateGroup[]; total: number; a: SharedOfFolder; b: SharedOfFolder };
  };
  /** Writes them as a table: image of a, image of b, relation, score. */
  "duplicates.exportBetween": {
    params: { a: string; b: string; out: string; least?: Relation; score?: number };
    result: { file: string; pairs: number };
  };
  /** Says of each [a, b] of `pairs` that it is no duplicate, or (`apart` false) takes that back. One step. */
  "duplicates.setApart": { params: { pairs: Int32Array; apart: boolean }; result: ApartSteps & { changed: number } };
  "duplicates.undoApart": { params: Record<string, never>; result: ApartSteps & { what: string | null } };
  "duplicates.redoApart": { params: Record<string, never>; result: ApartSteps & { what: string | null } };
  /** The latest first. */
  "duplicates.apart": { params: { offset: number; limit: number }; result: ApartSteps & { pairs: ApartPair[]; total: number } };
  "duplicates.rule": { params: Record<string, never>; result: { rule: KeepRule } };
  "duplicates.previewRule": { params: { rule: KeepRule }; result: KeepPreview };
  "duplicates.setRule": { params: { rule: KeepRule }; result: { rule: KeepRule } };
}
