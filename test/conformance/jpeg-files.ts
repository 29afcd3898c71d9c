/**
 * @file JPEGs for tests of jpegReduce: drawn, written by libjpeg-turbo in every sampling it knows, and rewritten with restart markers.
 */
import { createRequire } from "node:module";

import { makeLookup, Reader, readSymbol, unstuff, type Lookup } from "#native/twins/jpeg/entropy.ts";
import { readHeader, type Codes, type Header } from "#native/twins/jpeg/header.ts";

const turbo = createRequire(import.meta.url)("@julusian/jpeg-turbo") as typeof import("@julusian/jpeg-turbo");

export const samplings = {
  "4:4:4": turbo.SAMP_444,
  "4:2:2": turbo.SAMP_422,
  "4:2:0": turbo.SAMP_420,
  "4:4:0": turbo.SAMP_440,
  grey: turbo.SAMP_GRAY,
} as const;
export type Sampling = keyof typeof samplings;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Buffer;
}

/**
 * Slopes, edges and noise that stay clear of black and white, so that no pixel of the full picture is clipped. Only light has edges; colours
 * change slowly, so that halving them loses next to nothing.
 */
export function drawPicture(width: number, height: number, seed = 1): Drawing {
  const data = Buffer.alloc(width * height * 3);
  let state = seed;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) / 255;
  };
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const light = ((x * 3 + y * 2) % 41 < 9 ? 30 : 0) + 12 * noise();
      data[at] = Math.round(90 + light + 40 * Math.sin(x / 30));
      data[at + 1] = Math.round(100 + light + 30 * Math.cos(y / 25));
      data[at + 2] = Math.round(100 + light + 30 * Math.sin((x + y) / 40));
    }
  return { width, height, data };
}

export function writeJpeg({ width, height, data }: Drawing, sampling: Sampling, quality: number): Buffer {
  const options = { format: turbo.FORMAT_RGB, width, height, quality, subsampling: samplings[sampling] };
  return Buffer.from(turbo.compressSync(data, Buffer.alloc(turbo.bufferSize(options)), options));
}

/** The same picture with a restart marker after every `every` units: the first DC of each stretch is written anew, all else is copied. */
export function withRestarts(jpeg: Buffer, every: number): Buffer {
  const header = readHeader(jpeg) as Header;
  const [data] = unstuff(jpeg, header.scan) as [Uint8Array];
  const lookups = header.components.map((component) => ({
    dc: makeLookup(header.dc[component.dc] as Codes, true) as Lookup,
    ac: makeLookup(header.ac[component.ac] as Codes, false) as Lookup,
  }));
  const first = header.components[0] as Header["components"][number];
  const units = Math.ceil(header.width / (8 * first.across)) * Math.ceil(header.height / (8 * first.down));
  const reader = new RecordingReader(data);
  const previous = header.components.map(() => 0);
  const parts: Buffer[] = [];
  let bits: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    if (unit > 0 && unit % every === 0) {
      parts.push(stuffed(bits), Buffer.from([0xff, 0xd0 + ((unit / every - 1) & 7)]));
      bits = [];
    }
    const fresh = header.components.map(() => unit % every === 0);
    for (const [index, component] of header.components.entries())
      for (let block = 0; block < component.across * component.down; block++) {
        const lookup = lookups[index] as (typeof lookups)[number];
        reader.taken = [];
        const { value } = readSymbol(reader, lookup.dc) as { value: number };
        previous[index] = (previous[index] as number) + value;
        const written = fresh[index] === true ? codeOf(lookup.dc, previous[index]) : reader.taken;
        fresh[index] = false;
        reader.taken = [];
        for (let at = 0; at < 63;) at += (readSymbol(reader, lookup.ac) as { advance: number }).advance;
        bits = bits.concat(written, reader.taken);
      }
  }
  parts.push(stuffed(bits), Buffer.from([0xff, 0xd9]));
  const interval = Buffer.from([0xff, 0xdd, 0, 4, every >> 8, every & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), interval, jpeg.subarray(2, header.scan), ...parts]);
}

class RecordingReader extends Reader {
  taken: number[] = [];
  override bit(): number {
    const bit = super.bit();
    this.taken.push(bit);
    return bit;
  }
}

/** T.81 F.1.2.1: the code of the size, then the value's own bits. */
function codeOf(lookup: Lookup, value: number): number[] {
  const size = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  const index = lookup.symbols.indexOf(size);
  const length = lookup.smallest.findIndex(
    (smallest, at) =>
      at > 0 &&
      index - (lookup.offset[at] as number) >= smallest &&
      index - (lookup.offset[at] as number) <= (lookup.largest[at] as number),
  );
  const own = value < 0 ? value + (1 << size) - 1 : value;
  return [...digits(index - (lookup.offset[length] as number), length), ...digits(own, size)];
}

function digits(value: number, length: number): number[] {
  return Array.from({ length }, (_, at) => (value >> (length - 1 - at)) & 1);
}

/** Bits as bytes, filled up with ones, 0xff followed by 0. */
function stuffed(bits: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Array.from({ length: 8 }, (_, bit) => bits[at + bit] ?? 1).reduce((sum, bit) => sum * 2 + bit, 0);
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0);
  }
  return Buffer.from(bytes);
}
