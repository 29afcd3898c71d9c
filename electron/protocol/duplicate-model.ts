/**
 * @file The words of duplicates: groups, their members, and what was done to one picture to get another.
 */
import type { GroupId, ImageId, Relation } from "./model.ts";

export interface DuplicateMember {
  readonly id: ImageId;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly format: string;
  readonly keep: boolean;
  readonly reason: string;
}

/** What was done to one picture (a) to get the other (b), besides saving it again. */
export interface PictureEdit {
  /** 0 to 7: turned clockwise by 0, 90, 180, 270 degrees, then mirrored left-right and turned likewise. */
  readonly orientation: number;
  /** Where b shows a part of a or the reverse: (x, y) of b's file lies at (m0 x + m1 y + m2, m3 x + m4 y + m5) of a's, in pixels; null where both show the same. */
  readonly map: readonly number[] | null;
  /** Shares of each picture's area that the other shows, 0 to 1. */
  readonly shared: { readonly a: number; readonly b: number };
  /** Brightness or contrast differ. */
  readonly toned: boolean;
  /** One of the two has no colour. */
  readonly grey: boolean;
  /** Share of the area over which something was written. */
  readonly caption: number;
  /** Which of the two it was written on. */
  readonly written: "a" | "b" | null;
  /** What only one of the two shows is of one colour: a frame, or corners that a tilt left. */
  readonly frame: boolean;
}

export interface DuplicateGroup {
  readonly id: GroupId;
  readonly relation: Relation;
  readonly members: readonly DuplicateMember[];
  readonly pairs: readonly {
    readonly a: ImageId;
    readonly b: ImageId;
    readonly relation: Relation;
    readonly score: number;
    /** Absent where nothing was done but saving it again. */
    readonly edit?: PictureEdit;
  }[];
  /** Bytes that would be gained if only the kept ones stayed. 0 for same-scene. */
  readonly gainBytes: number;
}
