/**
 * @file Which way up a NIfTI volume is: the axis its slices follow each other on, and how a slice is walked so that it lies as radiologists hang it (the
 * patient's right on the left of the picture, the front or the head on top).
 */
import { lengthOf } from "./nifti-header.ts";
import type { NiftiHeader } from "./nifti-header.ts";

/** A way through the voxels of one slice. Steps and `origin` count voxels. */
export interface Plane {
  readonly slices: number;
  readonly width: number;
  readonly height: number;
  /** Of the upper left voxel of slice 0, which lies nearest to the feet (the back, the left). */
  readonly origin: number;
  readonly sliceStep: number;
  readonly columnStep: number;
  readonly rowStep: number;
  /** Millimetres between columns and between rows. */
  readonly spacing: { readonly across: number; readonly down: number };
}

/** An axis of the patient: 0 to the right, 1 to the front, 2 to the head. */
type Direction = 0 | 1 | 2;

/** For slices across an axis of the patient: what runs along the columns and along the rows. Both begin at the far end: right, front, head. */
const hung: Readonly<Record<Direction, { readonly across: Direction; readonly down: Direction }>> = {
  2: { across: 0, down: 1 },
  1: { across: 0, down: 2 },
  0: { across: 1, down: 2 },
};

/** Slices are axial; where the file is one slice of another kind, that one. */
export function planeOf({ size, axes }: NiftiHeader): Plane {
  const order = nearest(axes);
  const axisOf = (direction: Direction): number => order.indexOf(direction);
  const flat = size.filter((length) => length === 1).length === 1 ? size.indexOf(1) : -1;
  const along = (flat < 0 ? 2 : order[flat]) as Direction;
  const { across, down } = hung[along];
  const steps = [1, size[0], size[0] * size[1]];
  const walk = (direction: Direction, fromFarEnd: boolean): { length: number; step: number; start: number; spacing: number } => {
    const axis = axisOf(direction);
    const length = size[axis] as number;
    const step = steps[axis] as number;
    const isForward = ((axes[direction] as readonly number[])[axis] as number) > 0 !== fromFarEnd;
    return { length, step: isForward ? step : -step, start: isForward ? 0 : (length - 1) * step, spacing: lengthOf(axes, axis) };
  };
  const slice = walk(along, false);
  const column = walk(across, true);
  const row = walk(down, true);
  return {
    slices: slice.length,
    width: column.length,
    height: row.length,
    origin: slice.start + column.start + row.start,
    sliceStep: slice.step,
    columnStep: column.step,
    rowStep: row.step,
    spacing: { across: column.spacing, down: row.spacing },
  };
}

const orders: readonly (readonly [Direction, Direction, Direction])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** For i, j and k the axis of the patient that each follows most, none of them twice. */
function nearest(axes: NiftiHeader["axes"]): readonly Direction[] {
  const share = (order: readonly Direction[]): number =>
    order.reduce<number>(
      (sum, direction, axis) => sum + Math.abs((axes[direction] as readonly number[])[axis] as number) / lengthOf(axes, axis),
      0,
    );
  return orders.reduce((best, order) => (share(order) > share(best) ? order : best));
}
