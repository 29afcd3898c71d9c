/**
 * @file Slices of one series as one item: which images belong together, and in which order they lie. Along the normal of the slices where they have a place in
 * space, else by their number.
 */
import type { ReadStore } from "../store/database.ts";
import { listSlices, type SliceRow } from "../store/queries/series.ts";
import type { PositionsOfContent } from "./positions.ts";

export interface SeriesColumns {
  /** Of each image the number of its series, -1: of none, or the only one of it. */
  readonly series: Int32Array;
  /** Place in its series, from 0. */
  readonly slices: Int32Array;
}

/** Modalities that cut the body into slices. The pictures of a series of another (four views of a breast, X-rays of a hand) are pictures of their own. */
const sliced: ReadonlySet<string> = new Set(["CT", "MR", "PT", "NM", "OPT"]);

export function seriesColumns(store: ReadStore, { count, ofContent }: { count: number; ofContent: PositionsOfContent }): SeriesColumns {
  const series = new Int32Array(count).fill(-1);
  const slices = new Int32Array(count);
  const groups = Map.groupBy(
    listSlices(store).filter(({ contentId }) => ofContent.has(contentId)),
    (row) => row.series,
  );
  let number = 0;
  for (const rows of groups.values()) {
    if (!isStack(rows)) continue;
    const positions = inOrder(rows).flatMap(({ contentId }) => ofContent.get(contentId) ?? []);
    if (positions.length < 2) continue;
    positions.forEach((position, place) => {
      series[position] = number;
      slices[position] = place;
    });
    number++;
  }
  return { series, slices };
}

/** Behind all numbers. */
const unnumbered = Number.MAX_SAFE_INTEGER;

function isStack(rows: readonly SliceRow[]): boolean {
  return rows.every(({ modality, position }) => position !== null || (modality !== null && sliced.has(modality)));
}

/** One stack after the other where several are mixed (a localizer among axial slices), each along its normal; in one place by number. */
function inOrder(rows: readonly SliceRow[]): SliceRow[] {
  const stacks = Map.groupBy(rows, ({ orientation }) => stackOf(orientation));
  const first = (stack: readonly SliceRow[]): number =>
    stack.reduce((least, { instance }) => Math.min(least, instance ?? unnumbered), unnumbered);
  return [...stacks.values()]
    .sort((one, other) => other.length - one.length || first(one) - first(other))
    .flatMap((stack) =>
      stack.every(({ position }) => position !== null)
        ? stack.sort((one, other) => (one.position as number) - (other.position as number) || byInstance(one, other))
        : stack.sort(byInstance),
    );
}

function byInstance(one: SliceRow, other: SliceRow): number {
  return (one.instance ?? unnumbered) - (other.instance ?? unnumbered) || one.contentId - other.contentId;
}

/** Directions that agree to a thousandth. */
function stackOf(orientation: string | null): string {
  return orientation === null
    ? ""
    : (JSON.parse(orientation) as number[]).map((value) => value.toFixed(3).replace(/^-(0\.0+)$/, "$1")).join();
}
