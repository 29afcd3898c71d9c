/**
 * @file How each point looks: its colour by cluster, oddness, folder, class or none, faded to grey when the filter leaves it out, marked when
 * selected; and in which order points are drawn (faded ones below, selected ones on top, the odd ones over the ordinary).
 */
import { noneColour, palette, scoreColour, type Colour } from "./palette.ts";
import { isPlaced } from "./place-index.ts";
import { marks, type Looks } from "./surface.ts";

export const colourModes = ["cluster", "oddness", "folder", "class", "none"] as const;
export type ColourMode = (typeof colourModes)[number];

export interface PointClasses {
  /** [n] position of the class that was given or told, -1 for none. */
  readonly places: Int32Array;
  /** [n] 1 where it was given: told ones are paler. */
  readonly given: Uint8Array;
  readonly colours: readonly Colour[];
}

export interface LooksRequest {
  readonly places: Float32Array;
  readonly mode: ColourMode;
  readonly ground: "dark" | "light";
  readonly clusters: Int32Array;
  readonly folders: Int32Array;
  readonly percentiles: Float32Array;
  /** Null where nothing is labelled: then all points belong to no class. */
  readonly classes: PointClasses | null;
  /** [n], 1 where the filter lets a point pass; null when nothing is filtered. */
  readonly passes: Uint8Array | null;
  /** Positions of the selected points. */
  readonly selected: readonly number[];
}

const oneColour = { dark: [0xb4, 0xb4, 0xb4], light: [0x50, 0x50, 0x50] } as const;
const fadedColour = { dark: [0x5a, 0x5a, 0x5a], light: [0xb0, 0xb0, 0xb0] } as const;
const fadedAlpha = 110;
const noneAlpha = 120;
const toldAlpha = 130;
const classlessAlpha = 70;

export function makeLooks(request: LooksRequest): Looks {
  const { places, passes, selected } = request;
  const count = places.length / 2;
  const colours = new Uint8Array(4 * count);
  const bits = new Uint8Array(count);
  const colour = colourAt(request);
  const [keys, none] = keysOf(request);
  const isClass = request.mode === "class";
  const isTold = (point: number): boolean => isClass && request.classes !== null && request.classes.given[point] === 0;
  for (let point = 0; point < count; point++) {
    const faded = passes !== null && passes[point] === 0;
    const [red, green, blue] = colour(point);
    colours[4 * point] = red;
    colours[4 * point + 1] = green;
    colours[4 * point + 2] = blue;
    colours[4 * point + 3] = faded
      ? fadedAlpha
      : none && !(keys[point] >= 0)
        ? isClass
          ? classlessAlpha
          : noneAlpha
        : isTold(point)
          ? toldAlpha
          : 255;
    if (faded) bits[point] = marks.faded;
  }
  for (const point of selected) bits[point] |= marks.selected;
  return { colours, marks: bits, order: drawOrder(request, bits) };
}

/** The colour of each point. */
export function colourAt(request: Omit<LooksRequest, "selected">): (point: number) => Colour {
  const { passes, mode, ground } = request;
  const table = mode === "class" ? (request.classes?.colours ?? []) : colourTable(mode, ground);
  const [keys, none] = keysOf(request);
  const rowOf = (key: number): number =>
    mode === "none" ? 0 : mode === "oddness" ? Math.min(table.length - 1, Math.floor((key / 100) * table.length)) : key % table.length;
  return (point) => {
    if (passes !== null && passes[point] === 0) return fadedColour[ground];
    return none && !(keys[point] >= 0) ? noneColour : table[rowOf(keys[point])];
  };
}

/** The value that decides the colour, and whether a value below 0 (or NaN) means "none". */
function keysOf({
  mode,
  clusters,
  folders,
  percentiles,
  classes,
}: Pick<LooksRequest, "mode" | "clusters" | "folders" | "percentiles" | "classes">): readonly [Int32Array | Float32Array, boolean] {
  if (mode === "oddness") return [percentiles, true];
  if (mode === "folder") return [folders, true];
  if (mode === "class") return [classes?.places ?? new Int32Array(clusters.length).fill(-1), true];
  return [clusters, mode === "cluster"];
}

function colourTable(mode: ColourMode, ground: "dark" | "light"): readonly Colour[] {
  if (mode === "oddness") return Array.from({ length: 64 }, (_, at) => scoreColour(at / 63, ground));
  if (mode === "none") return [oneColour[ground]];
  return palette;
}

/** Levels: faded, belonging to nothing, the rest (in oddness mode in sixteen steps, given classes above told ones), selected. A counting sort. */
function drawOrder({ places, mode, clusters, percentiles, classes }: LooksRequest, bits: Uint8Array): Uint32Array {
  const count = bits.length;
  const levels = new Uint8Array(count);
  const sizes = new Uint32Array(20);
  const absent = 19;
  for (let point = 0; point < count; point++) {
    let level = 2;
    if (!isPlaced(places, point)) level = absent;
    else if ((bits[point] & marks.selected) !== 0) level = 18;
    else if ((bits[point] & marks.faded) !== 0) level = 0;
    else if (mode === "oddness") level = percentiles[point] >= 0 ? 2 + Math.min(15, Math.floor((percentiles[point] / 100) * 16)) : 1;
    else if (mode === "cluster" && clusters[point] < 0) level = 1;
    else if (mode === "class") level = classes === null || classes.places[point] < 0 ? 1 : 2 + classes.given[point];
    levels[point] = level;
    sizes[level]++;
  }
  const next = new Uint32Array(20);
  for (let level = 1; level < 20; level++) next[level] = next[level - 1] + sizes[level - 1];
  const order = new Uint32Array(count - sizes[absent]);
  const stride = strideFor(count);
  for (let step = 0, point = 0; step < count; step++, point = (point + stride) % count)
    if (levels[point] !== absent) order[next[levels[point]]++] = point;
  return order;
}

/** A step that visits every point once in a scattered order: else the last folder of the columns would lie over all the others. */
function strideFor(count: number): number {
  let stride = Math.max(1, Math.round(count * 0.618));
  while (divisor(stride, count) !== 1) stride++;
  return stride;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
