/**
 * @file Grey JPEG of 12 bits, sequential (ITU-T T.81 process 4): the cosine transform as in every JPEG, with deeper samples.
 */
import { DecodeError } from "../decode-error.ts";
import { jpegScans } from "./jpeg-entropy.ts";
import type { EntropyBits, JpegScan, ScanComponent } from "./jpeg-entropy.ts";

/** @returns [height, width] samples of 0..4095 */
export function decodeTwelveBitJpeg(bytes: Buffer, expected: { readonly width: number; readonly height: number }): Uint16Array {
  for (const scan of jpegScans(bytes)) {
    const { width, height, precision, componentCount } = scan;
    if (width !== expected.width || height !== expected.height)
      throw new DecodeError("corrupt", `the frame is ${width} x ${height}, the header says ${expected.width} x ${expected.height}`);
    if (scan.process === 0xc3 || precision !== 12 || componentCount !== 1)
      throw new DecodeError("unsupported", `JPEG of ${precision} bits with ${componentCount} components cannot be read yet`);
    // A block of 64 takes at least two codes of one bit.
    if ((width * height) / 64 > bytes.length * 4)
      throw new DecodeError("truncated", `${bytes.length} bytes of JPEG cannot hold ${width} x ${height} pixels`);
    return decodeScan(scan, scan.components[0] as ScanComponent);
  }
  throw new DecodeError("truncated", "the JPEG ends before its picture does");
}

function decodeScan({ width, height, bits, restartInterval }: JpegScan, component: ScanComponent): Uint16Array {
  const samples = new Uint16Array(width * height);
  const across = Math.ceil(width / 8);
  const down = Math.ceil(height / 8);
  const block = new Float32Array(64);
  let mean = 0;
  for (let index = 0; index < across * down; index++) {
    if (restartInterval > 0 && index > 0 && index % restartInterval === 0) {
      bits.restart();
      mean = 0;
    }
    mean = readBlock(bits, component, { block, mean });
    transform(block);
    const left = (index % across) * 8;
    const top = Math.floor(index / across) * 8;
    for (let y = 0; y < 8 && top + y < height; y++)
      for (let x = 0; x < 8 && left + x < width; x++)
        samples[(top + y) * width + left + x] = Math.min(4095, Math.max(0, Math.round((block[y * 8 + x] as number) + 2048)));
    if (bits.isSpent) throw new DecodeError("truncated", `the JPEG ends in block ${index + 1} of ${across * down}`);
  }
  return samples;
}

/** Fills `block` with coefficients. @returns the mean, from which the next block tells its own */
function readBlock(bits: EntropyBits, component: ScanComponent, { block, mean }: { block: Float32Array; mean: number }): number {
  const steps = component.quantisation as Uint16Array;
  const ac = component.ac as Uint16Array;
  block.fill(0);
  const next = mean + bits.difference(Math.min(16, bits.symbol(component.dc)));
  block[0] = next * (steps[0] as number);
  for (let at = 1; at < 64; at++) {
    const symbol = bits.symbol(ac);
    const length = symbol & 15;
    if (length === 0 && symbol !== 0xf0) break;
    at += symbol >> 4;
    if (at > 63) throw new DecodeError("corrupt", "a block of the JPEG has more than 64 coefficients");
    if (length > 0) block[zigzag[at] as number] = bits.difference(length) * (steps[at] as number);
  }
  return next;
}

// prettier-ignore
const zigzag = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/** [place, frequency] of the transform in one direction (T.81 A.3.3). */
const cosines = Float64Array.from({ length: 64 }, (_, at) => {
  const frequency = at & 7;
  return Math.cos((((at >> 3) * 2 + 1) * frequency * Math.PI) / 16) * (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5;
});

const half = new Float64Array(64);

/** Inverse, in place: along the rows, then down the columns. */
function transform(block: Float32Array): void {
  for (let row = 0; row < 8; row++)
    for (let place = 0; place < 8; place++) {
      let sum = 0;
      for (let frequency = 0; frequency < 8; frequency++)
        sum += (cosines[place * 8 + frequency] as number) * (block[row * 8 + frequency] as number);
      half[row * 8 + place] = sum;
    }
  for (let column = 0; column < 8; column++)
    for (let place = 0; place < 8; place++) {
      let sum = 0;
      for (let frequency = 0; frequency < 8; frequency++)
        sum += (cosines[place * 8 + frequency] as number) * (half[frequency * 8 + column] as number);
      block[place * 8 + column] = sum;
    }
}
