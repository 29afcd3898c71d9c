/**
 * @file From stored values to light (PS3.3 C.11): rescale or modality table, then a window or a table of values of interest. Without either the values' own
 * range is spread, its outermost thousandths left out.
 */
import { windowsOf } from "../dicom-facts.ts";
import { readItem } from "./dicom-elements.ts";
import type { DicomSet } from "./dicom-elements.ts";
import type { DicomImage } from "./dicom-header.ts";
import { entryOf, readTable } from "./dicom-tables.ts";
import { numberOf, textOf } from "./dicom-values.ts";
import { rangeOf } from "./samples.ts";

/** Share of white, 0 .. 1 (what lies beside is cut). */
type Light = (value: number) => number;

export interface GreyRequest {
  readonly image: DicomImage;
  /** What is said for this frame alone. */
  readonly group: (tag: number) => DicomSet | null;
  readonly samples: ArrayLike<number>;
  readonly bits: number;
  /** Which of the file's windows; the first that makes sense where it has none of that number. */
  readonly window: number;
}

const tags = {
  frameWindow: 0x00289132,
  function: 0x00281056,
  intercept: 0x00281052,
  modalityTable: 0x00283000,
  padding: 0x00280120,
  paddingLimit: 0x00280121,
  slope: 0x00281053,
  table: { descriptor: 0x00283002, data: 0x00283006 },
  transformation: 0x00289145,
  voiTable: 0x00283010,
} as const;

/** Stored value -> light. */
export function greyMap(request: GreyRequest): Light {
  const measured = modalityOf(request);
  const shown = windowOf(request) ?? ownRange(request, measured);
  return request.image.photometric === "MONOCHROME1" ? (value) => 1 - shown(measured(value)) : (value) => shown(measured(value));
}

/** Stored value -> what was measured. */
function modalityOf({ image, group }: GreyRequest): (value: number) => number {
  if (image.isFloat) return (value) => value;
  const { set } = image;
  const item = readItem(set, tags.modalityTable);
  const table = item === null ? null : readTable(item, tags.table, image.signed);
  if (table !== null) return (value) => entryOf(table, value);
  const { slope, intercept } = rescaleOf(group(tags.transformation) ?? set);
  return (value) => value * slope + intercept;
}

function rescaleOf(set: DicomSet): { slope: number; intercept: number } {
  return { slope: numberOf(set, tags.slope) || 1, intercept: numberOf(set, tags.intercept) ?? 0 };
}

/** The window that was asked for, else the first that makes sense; null: none does. */
function windowOf({ image, group, window }: GreyRequest): Light | null {
  const own = group(tags.frameWindow);
  const windows = windowsOf(image.set, own);
  const source = own !== null && windowsOf(own, null).length > 0 ? own : image.set;
  const kind = textOf(source, tags.function) ?? "LINEAR";
  for (const index of [window, ...windows.keys()]) {
    const { centre, width } = windows[index] ?? { centre: null, width: 0 };
    const light = width === null || centre === null ? (width === null ? tableOf(image, source, index) : null) : linear(kind, centre, width);
    if (light !== null) return light;
  }
  return null;
}

/** Tables come first among the windows, so the number of one is its item's. */
function tableOf(image: DicomImage, source: DicomSet, index: number): Light | null {
  const item = readItem(source, tags.voiTable, index);
  const table = item === null ? null : readTable(item, tags.table, image.signed);
  return table === null ? null : (value) => entryOf(table, value) / (2 ** table.bits - 1);
}

/** C.11.2.1.2 and C.11.2.1.3. */
function linear(kind: string, centre: number, width: number): Light | null {
  if (!(width > 0)) return null;
  if (kind === "SIGMOID") return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
  if (kind === "LINEAR_EXACT") return (value) => (value - centre) / width + 0.5;
  const middle = centre - 0.5;
  if (width <= 1) return (value) => (value <= middle ? 0 : 1);
  return (value) => (value - middle) / (width - 1) + 0.5;
}

function ownRange({ image, samples, bits }: GreyRequest, measured: (value: number) => number): Light {
  const isPlain = measured(0) === 0 && measured(1) === 1;
  if (!image.isFloat && bits === 8 && !image.signed && isPlain) return (value) => value / 255;
  const range = rangeOf(samples, paddingOf(image));
  const low = measured(range.low);
  const high = measured(range.high);
  if (low === high) return (value) => (value > 0 ? 1 : 0);
  const [least, most] = low < high ? [low, high] : [high, low];
  return (value) => (value - least) / (most - least);
}

/** C.7.5.1.1.2: one value, or all up to a limit, that stand for "no picture here". */
function paddingOf({ set, signed, isFloat }: DicomImage): { readonly from: number; readonly to: number } | null {
  if (isFloat) return null;
  const read = (tag: number): number | null => {
    const element = set.elements.get(tag);
    if (element === undefined || element.length < 2) return null;
    const little = !set.coding.bigEndian;
    const view = new DataView(set.bytes.buffer, set.bytes.byteOffset + element.start, 2);
    return signed ? view.getInt16(0, little) : view.getUint16(0, little);
  };
  const value = read(tags.padding);
  if (value === null) return null;
  const limit = read(tags.paddingLimit) ?? value;
  return { from: Math.min(value, limit), to: Math.max(value, limit) };
}
