/**
 * @file Which of two or three lines of colours each pixel of a block of BC6H and BC7 lies on, and the pixels whose index is one bit short. Numbers of the formats:
 * Microsoft, "BC7 Format" and "BC6H Format"; Khronos Data Format Specification 1.3, section 20.
 */

/** Bit i of a number: the line of pixel i. */
const twoLines = (
  "cccc 8888 eeee ecc8 c880 feec fec8 ec80 c800 ffec fe80 e800 ffe8 ff00 fff0 f000 f710 008e 7100 08ce 008c 7310 3100 8cce 088c 3110 6666 366c 17e8 0ff0 718e 399c " +
  "aaaa f0f0 5a5a 33cc 3c3c 55aa 9696 a55a 73ce 13c8 324c 3bdc 6996 c33c 9966 0660 0272 04e4 4e40 2720 c936 936c 39c6 639c 9336 9cc6 817e e718 ccf0 0fcc 7744 ee22"
).split(" ");

/** A digit for each pixel. */
const threeLines = [
  "0011001102212222 0001001122112221 0000200122112211 0222002200110111 0000000011221122 0011001100220022 0022002211111111 0011001122112211",
  "0000000011112222 0000111111112222 0000111122222222 0012001200120012 0112011201120112 0122012201220122 0011011211221222 0011200122002220",
  "0001001101121122 0111001120012200 0000112211221122 0022002200221111 0111011102220222 0001000122212221 0000001101220122 0000110022102210",
  "0122012200110000 0012001211222222 0110122112210110 0000011012211221 0022110211020022 0110011020022222 0011012201220011 0000200022112221",
  "0000000211221222 0222002200120011 0011001200220222 0120012001200120 0000111122220000 0120120120120120 0120201212010120 0011220011220011",
  "0011112222000011 0101010122222222 0000000021212121 0022112200221122 0022001100220011 0220122102201221 0101222222220101 0000212121212121",
  "0101010101012222 0222011102220111 0002111200021112 0000211221122112 0222011101110222 0002111211120002 0110011001102222 0000000021122112",
  "0110011022222222 0022001100110022 0022112211220022 0000000000002112 0002000100020001 0222122202221222 0101222222222222 0111201122012220",
]
  .join(" ")
  .split(" ");

/** A hexadecimal digit for each partition: the pixel whose index lacks its upper bit, of the second line, and where there are three of the second and the third. */
const anchorsOfTwo = "fffffffffffffffff282288f28228822ff6828ff28222ff66268ff22fffff22f";
const anchorsOfThree = [
  "33ff83ff88666533338f336a588685ff8f356a8ff3f5ffff3f55585a5a8dfc33",
  "f883ff38fffffff8f8f3f8f83f6affa8f3faa89a6f8f3668f3ffffffffff3ff8",
] as const;

export interface Partition {
  /** [16] */
  readonly lineOf: Uint8Array;
  /** [16] 1 where the index of the pixel is one bit short. */
  readonly isAnchor: Uint8Array;
}

const whole: Partition = { lineOf: new Uint8Array(16), isAnchor: Uint8Array.from({ length: 16 }, (_, pixel) => (pixel === 0 ? 1 : 0)) };
const partitions: Readonly<Record<1 | 2 | 3, readonly Partition[]>> = {
  1: [whole],
  2: twoLines.map((word, index) => {
    const bits = Number.parseInt(word, 16);
    return partitionOf((pixel) => (bits >> pixel) & 1, [anchorsOfTwo[index] as string]);
  }),
  3: threeLines.map((digits, index) =>
    partitionOf(
      (pixel) => Number(digits[pixel]),
      anchorsOfThree.map((row) => row[index] as string),
    ),
  ),
};

/** @param index 0..63 */
export function partition(lines: 1 | 2 | 3, index: number): Partition {
  return partitions[lines][lines === 1 ? 0 : index] as Partition;
}

function partitionOf(lineOf: (pixel: number) => number, anchors: readonly string[]): Partition {
  const isAnchor = new Uint8Array(16);
  for (const pixel of ["0", ...anchors]) isAnchor[Number.parseInt(pixel, 16)] = 1;
  return { lineOf: Uint8Array.from({ length: 16 }, (_, pixel) => lineOf(pixel)), isAnchor };
}
