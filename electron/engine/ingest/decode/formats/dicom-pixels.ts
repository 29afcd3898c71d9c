/**
 * @file Turns the samples of a DICOM frame into RGB: grey through its window, palettes, colour of any depth, YBR.
 */
import { DecodeError } from "../decode-error.ts";
import type { StoredFrame } from "./dicom-codecs.ts";
import type { DicomImage } from "./dicom-header.ts";
import { entryOf, readSegmentedTable, readTable } from "./dicom-tables.ts";
import { greyMap } from "./dicom-window.ts";
import type { GreyRequest } from "./dicom-window.ts";

/** @returns [rows, columns, 3] */
export function toRgb(frame: StoredFrame, request: Pick<GreyRequest, "image" | "group" | "window">): Uint8Array {
  const { image } = request;
  const { samples, photometric, bits } = frame;
  if (image.samplesPerPixel === 3) return colour(frame);
  if (photometric === "PALETTE COLOR") return throughPalette(samples, image);
  if (photometric !== "MONOCHROME1" && photometric !== "MONOCHROME2")
    throw new DecodeError("unsupported", `DICOM with photometric interpretation ${photometric} of one sample a pixel`);
  return grey(samples, greyMap({ ...request, samples, bits }));
}

/** Whole numbers of up to 16 bits have so few values that each is mapped once. */
function grey(samples: StoredFrame["samples"], light: (value: number) => number): Uint8Array {
  const level = (value: number): number => {
    const share = light(value);
    return share > 0 ? (share >= 1 ? 255 : Math.round(share * 255)) : 0;
  };
  const rgb = new Uint8Array(samples.length * 3);
  const isShort = samples.BYTES_PER_ELEMENT <= 2;
  const origin = samples instanceof Int8Array || samples instanceof Int16Array ? 32768 : 0;
  const levels = isShort && samples.length > 4096 ? Uint8Array.from({ length: 65536 }, (_, index) => level(index - origin)) : null;
  for (let index = 0, at = 0; index < samples.length; index++, at += 3) {
    const value = samples[index] as number;
    const found = levels === null ? level(value) : (levels[value + origin] as number);
    rgb[at] = found;
    rgb[at + 1] = found;
    rgb[at + 2] = found;
  }
  return rgb;
}

const paletteTags = [
  { descriptor: 0x00281101, data: 0x00281201, segments: 0x00281221 },
  { descriptor: 0x00281102, data: 0x00281202, segments: 0x00281222 },
  { descriptor: 0x00281103, data: 0x00281203, segments: 0x00281223 },
] as const;

/** PS3.3 C.7.6.3.1.5: entries of 16 bits count with their upper 8; writers that put 8-bit values there are known by their largest. */
function throughPalette(samples: ArrayLike<number>, { set, signed }: DicomImage): Uint8Array {
  const tables = paletteTags.map(({ descriptor, data, segments }) => {
    const table = readTable(set, { descriptor, data }, signed) ?? readSegmentedTable(set, { descriptor, data: segments }, signed);
    if (table === null) throw new DecodeError("corrupt", "DICOM with PALETTE COLOR pixels and without a whole palette");
    return table;
  });
  const drop = tables.every(({ bits, entries }) => bits === 8 || entries.every((entry) => entry < 256)) ? 0 : 8;
  const rgb = new Uint8Array(samples.length * 3);
  for (let index = 0, at = 0; index < samples.length; index++)
    for (const table of tables) rgb[at++] = entryOf(table, samples[index] as number) >> drop;
  return rgb;
}

function colour({ samples, photometric, bits }: StoredFrame): Uint8Array {
  const drop = Math.max(0, bits - 8);
  const eight = samples instanceof Uint8Array && drop === 0 ? samples.slice() : Uint8Array.from(samples, (value) => value >>> drop);
  if (photometric === "RGB") return eight;
  if (photometric === "YBR_FULL") return fromYbr(eight);
  throw new DecodeError("unsupported", `DICOM with photometric interpretation ${photometric} of three samples a pixel`);
}

/** PS3.3 C.7.6.3.1.2, full range. */
function fromYbr(ybr: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(ybr.length);
  const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));
  for (let at = 0; at + 2 < ybr.length; at += 3) {
    const y = ybr[at] as number;
    const cb = (ybr[at + 1] as number) - 128;
    const cr = (ybr[at + 2] as number) - 128;
    rgb[at] = clamp(y + 1.402 * cr);
    rgb[at + 1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
    rgb[at + 2] = clamp(y + 1.772 * cb);
  }
  return rgb;
}
