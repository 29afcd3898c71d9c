/**
 * @file Where the numbers of a value lie: a stretch of the program's memory and the distances along each axis. A transposed, cut or repeated value is
 * the same stretch with other distances, and so is a picture whose channels lie innermost.
 */
import type { ElementType } from "../../../onnx/element-type.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { BugError } from "../../../base/errors.ts";

/** Element types in the order of native/src/training/tensor-view.h. */
export const elementKinds = ["float32", "int64", "int32", "bool"] as const;
export type ElementKind = (typeof elementKinds)[number];

export interface Stretch {
  readonly bytes: number;
  /** State, constants, feeds and results: they keep their place throughout. */
  readonly isKept: boolean;
  /** May be written over by the new state. */
  readonly isState: boolean;
  /** How many readers among the nodes are still to come. */
  pendingReads: number;
  /** First and last step that touches it; -1: none yet. */
  firstStep: number;
  lastStep: number;
  /** In bytes; known when all is laid out. */
  address: number;
}

export interface Place {
  readonly stretch: Stretch;
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  /** In elements, one per axis. */
  readonly strides: readonly number[];
  /** In elements. */
  readonly offset: number;
}

export function isElementKind(type: ElementType): type is ElementKind {
  return (elementKinds as readonly string[]).includes(type);
}

export function bytesOf(kind: ElementKind): number {
  return kind === "int64" ? 8 : kind === "bool" ? 1 : 4;
}

/** Row-major: the last axis runs fastest. */
export function plainStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

/** [batch, channels, ...spatial] with the channels innermost. */
export function channelsLastStrides(shape: readonly number[]): number[] {
  const [batch = 1, channels = 1, ...spatial] = shape;
  const [outer = 1, ...rest] = plainStrides([batch, ...spatial, channels]);
  return [outer, 1, ...rest.slice(0, -1)];
}

/** True where the numbers lie as `strides` say; axes of one element may have any. */
export function liesAs(place: Place, strides: readonly number[]): boolean {
  return place.shape.every((size, axis) => size === 1 || place.strides[axis] === strides[axis]);
}

export function isPlain(place: Place): boolean {
  return liesAs(place, plainStrides(place.shape));
}

export function isChannelsLast(place: Place): boolean {
  return place.shape.length >= 3 && liesAs(place, channelsLastStrides(place.shape));
}

/** Distances in the larger shape `shape`: 0 along what is repeated. */
export function broadcastStrides(place: Place, shape: readonly number[]): number[] {
  const missing = shape.length - place.shape.length;
  return shape.map((size, axis) => {
    const own = place.shape[axis - missing];
    if (own === undefined || own === 1) return 0;
    if (own !== size) throw new BugError(`[${place.shape.join(", ")}] does not broadcast to [${shape.join(", ")}]`);
    return place.strides[axis - missing] as number;
  });
}

export function count(place: Place): number {
  return elementCount(place.shape);
}

export function byteOffset(place: Place): number {
  return place.stretch.address + place.offset * bytesOf(place.kind);
}
