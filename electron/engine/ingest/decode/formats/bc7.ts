/**
 * @file The block packing BC7: one of eight modes a block, up to three lines of colours with or without alpha. Layout: Microsoft, "BC7 Format Mode Reference";
 * Khronos Data Format Specification 1.3, section 20.1.
 */
import { blockBits, blend } from "./bptc-bits.ts";
import { partition } from "./bptc-partitions.ts";

interface Mode {
  readonly lines: 1 | 2 | 3;
  readonly partitionBits: number;
  readonly rotationBits: number;
  readonly selectionBits: number;
  readonly colourBits: number;
  readonly alphaBits: number;
  /** One more bit below all channels: of each end, of both ends of a line, or none. */
  readonly lowBits: "end" | "line" | "none";
  readonly indexBits: number;
  /** A second index for each pixel, where alpha has one of its own. */
  readonly secondIndexBits: number;
}

/** By the number of the lowest set bit of the block. */
const modes: readonly Mode[] = (
  [
    [3, 4, 0, 0, 4, 0, "end", 3, 0],
    [2, 6, 0, 0, 6, 0, "line", 3, 0],
    [3, 6, 0, 0, 5, 0, "none", 2, 0],
    [2, 6, 0, 0, 7, 0, "end", 2, 0],
    [1, 0, 2, 1, 5, 6, "none", 2, 3],
    [1, 0, 2, 0, 7, 8, "none", 2, 2],
    [1, 0, 0, 0, 7, 7, "end", 4, 0],
    [2, 6, 0, 0, 5, 5, "end", 2, 0],
  ] as const
).map(([lines, partitionBits, rotationBits, selectionBits, colourBits, alphaBits, lowBits, indexBits, secondIndexBits]) => ({
  lines,
  partitionBits,
  rotationBits,
  selectionBits,
  colourBits,
  alphaBits,
  lowBits,
  indexBits,
  secondIndexBits,
}));

/** A block of no mode is transparent black, as the format says. */
export function unpackBc7(block: Uint8Array, pixels: Uint8Array): void {
  const number = 31 - Math.clz32((block[0] as number) & -(block[0] as number));
  const mode = modes[number];
  if (mode === undefined) {
    pixels.fill(0);
    return;
  }
  const read = blockBits(block, number + 1);
  const { lineOf, isAnchor } = partition(mode.lines, read(mode.partitionBits));
  const rotation = read(mode.rotationBits);
  const isSwapped = read(mode.selectionBits) === 1;
  const ends = readEnds(read, mode);
  const readIndexes = (bits: number): number[] => Array.from({ length: 16 }, (_, pixel) => read(bits - (isAnchor[pixel] as number)));
  const first = readIndexes(mode.indexBits);
  // Of modes with one line alone.
  const second = mode.secondIndexBits > 0 ? readIndexes(mode.secondIndexBits) : first;
  const firstBits = mode.indexBits;
  const secondBits = mode.secondIndexBits || firstBits;
  for (let pixel = 0; pixel < 16; pixel++) {
    const line = (lineOf[pixel] as number) * 8;
    for (let channel = 0; channel < 4; channel++) {
      const takesSecond = (channel === 3) !== isSwapped;
      const index = (takesSecond ? second : first)[pixel] as number;
      pixels[pixel * 4 + channel] = blend(ends[line + channel] as number, ends[line + 4 + channel] as number, {
        index,
        bits: takesSecond ? secondBits : firstBits,
      });
    }
    // Alpha may have changed places with a colour, for the index of its own.
    if (rotation > 0) {
      const alpha = pixels[pixel * 4 + 3] as number;
      pixels[pixel * 4 + 3] = pixels[pixel * 4 + rotation - 1] as number;
      pixels[pixel * 4 + rotation - 1] = alpha;
    }
  }
}

/** [lines, 2, 4] the ends of the lines, 8 bits a channel */
function readEnds(read: (count: number) => number, { lines, colourBits, alphaBits, lowBits }: Mode): number[] {
  const ends = new Array<number>(lines * 8).fill(255);
  for (let channel = 0; channel < (alphaBits > 0 ? 4 : 3); channel++)
    for (let end = 0; end < lines * 2; end++) ends[end * 4 + channel] = read(channel === 3 ? alphaBits : colourBits);
  const lows: number[] = [];
  if (lowBits !== "none") for (let index = 0; index < (lowBits === "end" ? lines * 2 : lines); index++) lows.push(read(1));
  for (let end = 0; end < lines * 2; end++)
    for (let channel = 0; channel < (alphaBits > 0 ? 4 : 3); channel++) {
      const at = end * 4 + channel;
      let bits = channel === 3 ? alphaBits : colourBits;
      let value = ends[at] as number;
      if (lowBits !== "none") {
        value = (value << 1) | (lows[lowBits === "end" ? end : end >> 1] as number);
        bits++;
      }
      const upper = value << (8 - bits);
      ends[at] = upper | (upper >> bits);
    }
  return ends;
}
