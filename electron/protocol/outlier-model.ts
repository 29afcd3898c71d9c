/**
 * @file The words of odd pictures and of what is wrong with them.
 */
import type { ImageId, ImageIssue } from "./model.ts";

export interface OutlierEntry {
  readonly id: ImageId;
  readonly score: number;
  readonly percentile: number;
  readonly nearest: readonly ImageId[];
}

/** What stands out in a picture against ordinary ones near it. */
export interface StandingOutPart {
  /** Places along each side. */
  readonly side: number;
  /** [side, side] row-major, 0 (ordinary) .. 1 (nothing like it in ordinary pictures). */
  readonly strengths: Float32Array;
  /** Left, top, width and height as shares of the picture; null: no place stands out. */
  readonly box: readonly [number, number, number, number] | null;
  /** Share of the picture that stands out. */
  readonly share: number;
  /** The ordinary pictures, nearest first. */
  readonly compared: readonly ImageId[];
}

export interface IssueEntry extends ImageIssue {
  readonly id: ImageId;
}
