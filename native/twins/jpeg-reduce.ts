/**
 * @file jpegReduce in TypeScript: an ordinary JPEG at a half, a quarter or an eighth of its size, and the luma of a rectangle at full size,
 * from one pass over its data. Written for the eye, and a hundred times slower than the native kernel: whoever has only this one asks a
 * library for all pixels and reduces them (engine/ingest/decode/formats/jpeg.ts); tests hold the native one against it.
 */
import { ArgumentCheck } from "../kernel-error.ts";
import { makeLookup, Reader, readSymbol, toTheEnd, unstuff, type Lookup } from "./jpeg/entropy.ts";
import { readHeader, type Codes, type Component, type Header } from "./jpeg/header.ts";
import { addCoefficient, makeFold, transform, type Fold, type Points } from "./jpeg/transform.ts";

export interface JpegReduceArguments {
  /** The file. */
  readonly source: Uint8Array;
  /** Its size as stored, 1 to 65,535. */
  readonly width: number;
  readonly height: number;
  /** 2, 4 or 8. */
  readonly factor: number;
  /** [ceil(height / factor), ceil(width / factor), 3] RGB; each pixel the mean of a block of factor x factor. */
  readonly target: Uint8Array;
  /** A rectangle inside the picture, and its luma [centreHeight, centreWidth]. */
  readonly left: number;
  readonly top: number;
  readonly centreWidth: number;
  readonly centreHeight: number;
  readonly grey: Uint8Array;
}

const jpegSide = 65535;

interface Channel {
  readonly component: Component;
  readonly dc: Lookup;
  readonly ac: Lookup;
  readonly fold: Fold;
  readonly plane: Uint8Array;
  previous: number;
}

/** 1 when it is done; 0 for what is not an ordinary, whole JPEG of this size (`target` and `grey` are then undefined). */
export function jpegReduce(given: JpegReduceArguments): number {
  const check = new ArgumentCheck("jpegReduce", given);
  const source = check.array("source", "Uint8Array");
  const width = check.integer("width", 1, jpegSide);
  const height = check.integer("height", 1, jpegSide);
  const factor = check.oneOf("factor", [2, 4, 8]);
  check.array("target", "Uint8Array", Math.ceil(width / factor) * Math.ceil(height / factor) * 3);
  const centreWidth = check.integer("centreWidth", 0, width);
  const centreHeight = check.integer("centreHeight", 0, height);
  check.integer("left", 0, width - centreWidth);
  check.integer("top", 0, height - centreHeight);
  check.array("grey", "Uint8Array", centreWidth * centreHeight);
  const header = readHeader(source);
  if (header?.width !== width || header.height !== height) return 0;
  const units = { across: Math.ceil(width / (8 * mostAcross(header))), down: Math.ceil(height / (8 * mostDown(header))) };
  const stride = (units.across * mostAcross(header) * 8) / factor;
  const rows = (units.down * mostDown(header) * 8) / factor;
  const channels: Channel[] = [];
  for (const component of header.components) {
    const dc = makeLookup(header.dc[component.dc] as Codes, true);
    const ac = makeLookup(header.ac[component.ac] as Codes, false);
    if (dc === null || ac === null) return 0;
    const across = ((8 / factor) * mostAcross(header)) / component.across;
    const down = ((8 / factor) * mostDown(header)) / component.down;
    const fold = makeFold(header.quantisers[component.quantiser] as Uint8Array, across as Points, down as Points);
    channels.push({ component, dc, ac, fold, plane: new Uint8Array(stride * rows), previous: 0 });
  }
  if (!readScan(given, header, { channels, units, stride })) return 0;
  writeColours(given, channels, stride);
  return 1;
}

interface Plan {
  readonly channels: readonly Channel[];
  readonly units: { readonly across: number; readonly down: number };
  readonly stride: number;
}

function readScan(given: JpegReduceArguments, header: Header, { channels, units, stride }: Plan): boolean {
  const segments = unstuff(given.source, header.scan);
  const count = units.across * units.down;
  const perSegment = header.restartInterval > 0 ? header.restartInterval : count;
  if (segments?.length !== Math.ceil(count / perSegment)) return false;
  const first = channels[0] as Channel;
  const whole = makeFold(header.quantisers[first.component.quantiser] as Uint8Array, 8, 8);
  let unit = 0;
  for (const segment of segments) {
    const reader = new Reader(segment);
    for (const channel of channels) channel.previous = 0;
    for (const last = Math.min(count, unit + perSegment); unit < last; unit++) {
      for (const channel of channels) {
        const { component, fold, plane } = channel;
        for (let block = 0; block < component.across * component.down; block++) {
          const x = (unit % units.across) * component.across + (block % component.across);
          const y = Math.floor(unit / units.across) * component.down + Math.floor(block / component.across);
          const sums = readBlock(reader, channel, whole);
          if (sums === null) return false;
          place(transform(sums.own, fold), { fold, plane, stride, x, y });
          if (channel === first) placeGrey(given, transform(sums.whole, whole), x * 8, y * 8);
        }
      }
      if (reader.reached > reader.length) return false;
    }
    if (reader.reached !== reader.length) return false;
  }
  return true;
}

/** The coefficients of one block, folded as its channel folds and for all pixels. Null where the data are damaged. */
function readBlock(reader: Reader, channel: Channel, whole: Fold): { readonly own: Int32Array; readonly whole: Int32Array } | null {
  const sums = { own: new Int32Array(64), whole: new Int32Array(64) };
  const add = (index: number, value: number): void => {
    addCoefficient(sums.own, channel.fold, index, value);
    addCoefficient(sums.whole, whole, index, value);
  };
  const first = readSymbol(reader, channel.dc);
  if (first === null) return null;
  channel.previous = (channel.previous + first.value) | 0;
  add(0, channel.previous);
  for (let index = 0; ;) {
    const symbol = readSymbol(reader, channel.ac);
    if (symbol === null) return null;
    index += symbol.advance;
    add(index, symbol.value);
    if (index >= 63) return index === 63 || symbol.advance === toTheEnd ? sums : null;
  }
}

function place(pixels: Uint8Array, to: { fold: Fold; plane: Uint8Array; stride: number; x: number; y: number }): void {
  const { across, down } = to.fold;
  for (let row = 0; row < down; row++)
    to.plane.set(pixels.subarray(row * across, (row + 1) * across), (to.y * down + row) * to.stride + to.x * across);
}

function placeGrey({ left, top, centreWidth, centreHeight, grey }: JpegReduceArguments, pixels: Uint8Array, x: number, y: number): void {
  for (let at = 0; at < 64; at++) {
    const column = x + (at & 7) - left;
    const row = y + (at >> 3) - top;
    if (column >= 0 && column < centreWidth && row >= 0 && row < centreHeight) grey[row * centreWidth + column] = pixels[at] as number;
  }
}

/** JFIF: full-range BT.601, 16 bits behind the point. */
function writeColours({ width, height, factor, target }: JpegReduceArguments, channels: readonly Channel[], stride: number): void {
  const across = Math.ceil(width / factor);
  const byte = (value: number): number => Math.min(Math.max(value, 0), 255);
  const [luma, blue, red] = channels.map(({ plane }) => plane) as [Uint8Array, Uint8Array | undefined, Uint8Array | undefined];
  for (let row = 0, to = 0; row < Math.ceil(height / factor); row++)
    for (let at = row * stride; at < row * stride + across; at++, to += 3) {
      const y = luma[at] as number;
      const cb = (blue?.[at] ?? 128) - 128;
      const cr = (red?.[at] ?? 128) - 128;
      target[to] = byte(y + ((91881 * cr + 32768) >> 16));
      target[to + 1] = byte(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
      target[to + 2] = byte(y + ((116130 * cb + 32768) >> 16));
    }
}

function mostAcross({ components }: Header): number {
  return (components[0] as Component).across;
}

function mostDown({ components }: Header): number {
  return (components[0] as Component).down;
}
