/**
 * @file The block packing BC6H: colours beyond white as halves of a float, shown as shares of white. One of fourteen modes a block, which scatter the bits of the
 * ends over it in their own ways. Layout: Microsoft, "BC6H Format"; Khronos Data Format Specification 1.3, section 20.2.
 */
import { blend, blockBits } from "./bptc-bits.ts";
import { partition } from "./bptc-partitions.ts";

interface Mode {
  readonly modeBits: 2 | 5;
  readonly lines: 1 | 2;
  /** Of the first end. */
  readonly endBits: number;
  /** Of what is added to it for the others, for red, green and blue; null where they are stored whole. */
  readonly deltaBits: readonly [number, number, number] | null;
  /** Place of each bit in turn: end * 3 + channel, and the bit's number. The partition is end 4. */
  readonly places: readonly { readonly value: number; readonly bit: number }[];
}

const partitionAt = 12;

/**
 * By the number of the mode: bits of the first end, bits of the differences, and the bits from the lowest up. "rw9:0" stands for bits 0 to 9 of red of end w; "rw10:15"
 * for bits 15 down to 10.
 */
const modes: ReadonlyMap<number, Mode> = new Map(
  (
    [
      [0, 10, [5, 5, 5], "gy4 by4 bz4 rw9:0 gw9:0 bw9:0 rx4:0 gz4 gy3:0 gx4:0 bz0 gz3:0 bx4:0 bz1 by3:0 ry4:0 bz2 rz4:0 bz3"],
      [
        1,
        7,
        [6, 6, 6],
        "gy5 gz4 gz5 rw6:0 bz0 bz1 by4 gw6:0 by5 bz2 gy4 bw6:0 bz3 bz5 bz4 rx5:0 gy3:0 gx5:0 gz3:0 bx5:0 by3:0 ry5:0 rz5:0",
      ],
      [2, 11, [5, 4, 4], "rw9:0 gw9:0 bw9:0 rx4:0 rw10 gy3:0 gx3:0 gw10 bz0 gz3:0 bx3:0 bw10 bz1 by3:0 ry4:0 bz2 rz4:0 bz3"],
      [6, 11, [4, 5, 4], "rw9:0 gw9:0 bw9:0 rx3:0 rw10 gz4 gy3:0 gx4:0 gw10 gz3:0 bx3:0 bw10 bz1 by3:0 ry3:0 bz0 bz2 rz3:0 gy4 bz3"],
      [10, 11, [4, 4, 5], "rw9:0 gw9:0 bw9:0 rx3:0 rw10 by4 gy3:0 gx3:0 gw10 bz0 gz3:0 bx4:0 bw10 by3:0 ry3:0 bz1 bz2 rz3:0 bz4 bz3"],
      [14, 9, [5, 5, 5], "rw8:0 by4 gw8:0 gy4 bw8:0 bz4 rx4:0 gz4 gy3:0 gx4:0 bz0 gz3:0 bx4:0 bz1 by3:0 ry4:0 bz2 rz4:0 bz3"],
      [18, 8, [6, 5, 5], "rw7:0 gz4 by4 gw7:0 bz2 gy4 bw7:0 bz3 bz4 rx5:0 gy3:0 gx4:0 bz0 gz3:0 bx4:0 bz1 by3:0 ry5:0 rz5:0"],
      [22, 8, [5, 6, 5], "rw7:0 bz0 by4 gw7:0 gy5 gy4 bw7:0 gz5 bz4 rx4:0 gz4 gy3:0 gx5:0 gz3:0 bx4:0 bz1 by3:0 ry4:0 bz2 rz4:0 bz3"],
      [26, 8, [5, 5, 6], "rw7:0 bz1 by4 gw7:0 by5 gy4 bw7:0 bz5 bz4 rx4:0 gz4 gy3:0 gx4:0 bz0 gz3:0 bx5:0 by3:0 ry4:0 bz2 rz4:0 bz3"],
      [30, 6, null, "rw5:0 gz4 bz0 bz1 by4 gw5:0 gy5 by5 bz2 gy4 bw5:0 gz5 bz3 bz5 bz4 rx5:0 gy3:0 gx5:0 gz3:0 bx5:0 by3:0 ry5:0 rz5:0"],
      [3, 10, null, "rw9:0 gw9:0 bw9:0 rx9:0 gx9:0 bx9:0"],
      [7, 11, [9, 9, 9], "rw9:0 gw9:0 bw9:0 rx8:0 rw10 gx8:0 gw10 bx8:0 bw10"],
      [11, 12, [8, 8, 8], "rw9:0 gw9:0 bw9:0 rx7:0 rw10:11 gx7:0 gw10:11 bx7:0 bw10:11"],
      [15, 16, [4, 4, 4], "rw9:0 gw9:0 bw9:0 rx3:0 rw10:15 gx3:0 gw10:15 bx3:0 bw10:15"],
    ] as const
  ).map(([number, endBits, deltaBits, layout]) => {
    const lines = layout.includes("y") ? 2 : 1;
    const places = `${layout}${lines === 2 ? " p4:0" : ""}`.split(" ").flatMap(placesOf);
    return [number, { modeBits: number < 2 ? 2 : 5, lines, endBits, deltaBits, places }];
  }),
);

/** A block of no mode is black, as the format says. */
export function unpackBc6h(block: Uint8Array, pixels: Uint8Array, signed: boolean): void {
  const low = (block[0] as number) & 3;
  const mode = modes.get(low < 2 ? low : (block[0] as number) & 31);
  if (mode === undefined) {
    pixels.fill(0);
    return;
  }
  const read = blockBits(block, mode.modeBits);
  const values = new Array<number>(partitionAt + 1).fill(0);
  for (const { value, bit } of mode.places) values[value] = (values[value] as number) | (read(1) << bit);
  const ends = wholeEnds(values, mode, signed).map((value) => unquantise(value, mode.endBits, signed));
  const { lineOf, isAnchor } = partition(mode.lines, values[partitionAt] as number);
  const bits = mode.lines === 2 ? 3 : 4;
  for (let pixel = 0; pixel < 16; pixel++) {
    const index = read(bits - (isAnchor[pixel] as number));
    const first = (lineOf[pixel] as number) * 6;
    for (let channel = 0; channel < 3; channel++)
      pixels[pixel * 4 + channel] = levelOf(
        blend(ends[first + channel] as number, ends[first + 3 + channel] as number, { index, bits }),
        signed,
      );
  }
}

function placesOf(span: string): { value: number; bit: number }[] {
  const [, name, last, first] = /^([a-z]+)(\d+)(?::(\d+))?$/.exec(span) as unknown as [string, string, string, string?];
  const value = name === "p" ? partitionAt : "wxyz".indexOf(name.charAt(1)) * 3 + "rgb".indexOf(name.charAt(0));
  const from = Number(first ?? last);
  const to = Number(last);
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => ({ value, bit: from + index * step }));
}

/** [4, 3] the ends, with what was stored as a difference added up. */
function wholeEnds(values: readonly number[], { endBits, deltaBits }: Mode, signed: boolean): number[] {
  return values.slice(0, partitionAt).map((value, at) => {
    let whole = value;
    if (deltaBits !== null && at >= 3)
      whole = ((values[at % 3] as number) + signExtended(value, deltaBits[at % 3] as number)) & (2 ** endBits - 1);
    return signed ? signExtended(whole, endBits) : whole;
  });
}

function signExtended(value: number, bits: number): number {
  return (value << (32 - bits)) >> (32 - bits);
}

/** To 16 bits, or 15 and a sign. */
function unquantise(value: number, bits: number, signed: boolean): number {
  if (!signed) {
    if (bits >= 15 || value === 0) return value;
    return value === 2 ** bits - 1 ? 0xffff : ((value << 16) + 0x8000) >>> bits;
  }
  if (bits >= 16 || value === 0) return value;
  const size = Math.abs(value);
  const whole = size >= 2 ** (bits - 1) - 1 ? 0x7fff : ((size << 15) + 0x4000) >>> (bits - 1);
  return value < 0 ? -whole : whole;
}

/** The number whose half float this is, as a share of white; what is below black is black. */
function levelOf(blended: number, signed: boolean): number {
  if (blended <= 0) return 0;
  const half = (blended * 31) >> (signed ? 5 : 6);
  const exponent = half >> 10;
  const fraction = half & 1023;
  const value = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return Math.min(255, Math.floor(value * 255));
}
