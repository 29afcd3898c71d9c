/**
 * @file Which pictures came to be among the oddest of a collection and which no longer are. Scores of two encoders have no common unit, so places are compared: the
 * same number of oddest pictures of both.
 */
import { findDistinct } from "../../outliers/distinct.ts";

export interface OutlierChange {
  readonly row: number;
  /** Place by oddness, 1 the oddest; copies of a picture count as one. */
  readonly before: number;
  readonly after: number;
}

export interface ChangedOutliers {
  /** How many oddest pictures of each were looked at. */
  readonly count: number;
  /** Among them only after, and only before; as many of both, the largest change first. */
  readonly joined: readonly OutlierChange[];
  readonly left: readonly OutlierChange[];
}

const share = 0.02;
const fewest = 3;
const most = 50;

/** @param before [n] scores, higher is odder  @param groups [n] group of copies, -1 for none; members share their scores */
export function changedOutliers(before: Float32Array, after: Float32Array, groups: Int32Array): ChangedOutliers {
  const { rows } = findDistinct(groups);
  const count = oddestOf(rows.length);
  const places = { before: placesOf(before, rows), after: placesOf(after, rows) };
  const changes = Array.from(rows, (row, at) => ({ row, before: places.before[at], after: places.after[at] }));
  const jump = ({ before: from, after: to }: OutlierChange): number => Math.max(from / to, to / from);
  const inOrder = (one: OutlierChange, other: OutlierChange): number => jump(other) - jump(one) || one.row - other.row;
  return {
    count,
    joined: changes.filter((change) => change.after <= count && change.before > count).sort(inOrder),
    left: changes.filter((change) => change.before <= count && change.after > count).sort(inOrder),
  };
}

/** Two in a hundred, within limits; never more than a quarter. */
export function oddestOf(pictures: number): number {
  return Math.min(most, Math.floor(pictures / 4), Math.max(fewest, Math.round(share * pictures)));
}

/** [rows] place of each by descending score, from 1; equal ones in the order of rows. */
function placesOf(scores: Float32Array, rows: Int32Array): Int32Array {
  const places = new Int32Array(rows.length);
  Int32Array.from(rows.keys())
    .sort((one, other) => scores[rows[other]] - scores[rows[one]] || one - other)
    .forEach((at, place) => (places[at] = place + 1));
  return places;
}
