/**
 * @file Zoom and pan of a picture in a stage, as numbers: a scale (screen pixels per picture pixel) and where the picture's middle lies from
 * the stage's. Shared by the large view and by comparing duplicates, where one state moves several pictures.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface ZoomState {
  /** Null: fit the stage. */
  readonly scale: number | null;
  readonly x: number;
  readonly y: number;
}

export const fitted: ZoomState = { scale: null, x: 0, y: 0 };
const mostScale = 16;

/** The scale at which the picture fits, never above 1 except for tiny pictures, which may grow eight times. */
export function fitScale(picture: Size, stage: Size, pixelRatio = 1): number {
  const fit = Math.min(stage.width / picture.width, stage.height / picture.height);
  const tiny = Math.max(picture.width, picture.height) <= 128;
  return Math.min(fit, (tiny ? 8 : 1) / pixelRatio);
}

/** Zooms by `factor` so that what lies under `point` (from the stage's middle) stays under it. */
export function zoomAt(
  state: ZoomState,
  options: { factor: number; point: { x: number; y: number }; picture: Size; stage: Size; pixelRatio?: number },
): ZoomState {
  const { factor, point, picture, stage, pixelRatio = 1 } = options;
  const fit = fitScale(picture, stage, pixelRatio);
  const before = state.scale ?? fit;
  const after = Math.min(mostScale, before * factor);
  if (after <= fit) return fitted;
  const ratio = after / before;
  return clampPan({ scale: after, x: point.x - (point.x - state.x) * ratio, y: point.y - (point.y - state.y) * ratio }, picture, stage);
}

/** Between fit and one picture pixel per screen pixel, around `point`. */
export function toggleRealSize(
  state: ZoomState,
  options: { point: { x: number; y: number }; picture: Size; stage: Size; pixelRatio: number },
): ZoomState {
  if (state.scale !== null) return fitted;
  const { picture, stage, pixelRatio, point } = options;
  const fit = fitScale(picture, stage, pixelRatio);
  const real = 1 / pixelRatio;
  const target = fit >= real ? real * 2 : real;
  return zoomAt(state, { factor: target / fit, point, picture, stage, pixelRatio });
}

/** Keeps at least the stage's middle covered where the picture is larger than the stage. */
export function clampPan(state: ZoomState, picture: Size, stage: Size): ZoomState {
  if (state.scale === null) return fitted;
  const room = (length: number, available: number): number => Math.max(0, (length * (state.scale ?? 1) - available) / 2);
  const [roomX, roomY] = [room(picture.width, stage.width), room(picture.height, stage.height)];
  return { scale: state.scale, x: Math.min(roomX, Math.max(-roomX, state.x)), y: Math.min(roomY, Math.max(-roomY, state.y)) };
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where the picture lies on the stage, in screen pixels from the stage's corner. */
export function pictureOnStage(state: ZoomState, picture: Size, stage: Size, pixelRatio = 1): Rectangle {
  const scale = state.scale ?? fitScale(picture, stage, pixelRatio);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: stage.width / 2 + state.x - width / 2, top: stage.height / 2 + state.y - height / 2, width, height };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The box between two points of the stage as shares of the picture, cut off at its edges; null where nothing of it is left. */
export function shareOfPicture(from: Point, to: Point, place: Rectangle): Rectangle | null {
  const along = (at: number, start: number, length: number): number => Math.min(1, Math.max(0, (at - start) / length));
  const [x1, x2] = [along(from.x, place.left, place.width), along(to.x, place.left, place.width)];
  const [y1, y2] = [along(from.y, place.top, place.height), along(to.y, place.top, place.height)];
  const box = { left: Math.min(x1, x2), top: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
  return box.width > 0 && box.height > 0 ? box : null;
}

/** Where a box (shares of a picture) lies in a cell that the picture covers, or that holds all of it; pixels of the cell, cut off at its edges. */
export function boxInCell(box: Rectangle, picture: Size, cell: Size, fit: "cover" | "contain"): Rectangle {
  const scales = [cell.width / picture.width, cell.height / picture.height];
  const scale = fit === "cover" ? Math.max(...scales) : Math.min(...scales);
  const along = (share: number, length: number, room: number): number => Math.min(room, Math.max(0, (room - length) / 2 + share * length));
  const [width, height] = [picture.width * scale, picture.height * scale];
  const [left, right] = [along(box.left, width, cell.width), along(box.left + box.width, width, cell.width)];
  const [top, bottom] = [along(box.top, height, cell.height), along(box.top + box.height, height, cell.height)];
  return { left, top, width: right - left, height: bottom - top };
}

const keyStep = 0.02;

/** A box (shares of a picture) after an arrow key: moved, or made larger or smaller at its lower right; always inside. Null: another key. */
export function boxAfterKey(box: Rectangle, key: string, sizes: boolean): Rectangle | null {
  const steps: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = steps[key];
  if (step === undefined) return null;
  const [x, y] = [step[0] * keyStep, step[1] * keyStep];
  const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
  return sizes
    ? { ...box, width: within(box.width + x, keyStep, 1 - box.left), height: within(box.height + y, keyStep, 1 - box.top) }
    : { ...box, left: within(box.left + x, 0, 1 - box.width), top: within(box.top + y, 0, 1 - box.height) };
}
