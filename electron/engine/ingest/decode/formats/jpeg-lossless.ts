/**
 * @file Lossless JPEG (ITU-T T.81 annex H, process 14 with every predictor): each sample is told as its difference from a guess made of its neighbours.
 */
import { DecodeError } from "../decode-error.ts";
import { jpegScans } from "./jpeg-entropy.ts";
import type { JpegScan } from "./jpeg-entropy.ts";

export interface LosslessFrame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly precision: number;
  /** [height, width, components] */
  readonly samples: Uint16Array;
}

export function decodeLosslessJpeg(bytes: Buffer, expected: { readonly width: number; readonly height: number }): LosslessFrame {
  let samples: Uint16Array | null = null;
  const done = new Set<number>();
  for (const scan of jpegScans(bytes)) {
    const { width, height, precision, componentCount } = scan;
    if (width !== expected.width || height !== expected.height)
      throw new DecodeError("corrupt", `the frame is ${width} x ${height}, the header says ${expected.width} x ${expected.height}`);
    if (scan.process !== 0xc3 || precision < 2 || precision > 16 || componentCount > 4 || scan.start < 1 || scan.start > 7)
      throw new DecodeError("corrupt", `the lossless JPEG has ${precision} bits, ${componentCount} components and predictor ${scan.start}`);
    // A sample takes at least one bit.
    if (width * height * componentCount > bytes.length * 8)
      throw new DecodeError("truncated", `${bytes.length} bytes of lossless JPEG cannot hold ${width} x ${height} pixels`);
    samples ??= new Uint16Array(width * height * componentCount);
    decodeScan(scan, samples);
    for (const { index } of scan.components) done.add(index);
    if (done.size === componentCount) return { width, height, components: componentCount, precision, samples };
  }
  throw new DecodeError("truncated", `the lossless JPEG ends before its picture does (${done.size} components are there)`);
}

function decodeScan(scan: JpegScan, samples: Uint16Array): void {
  const { width, height, componentCount: step, bits, restartInterval, pointTransform } = scan;
  const rowStep = width * step;
  const origin = 1 << (scan.precision - pointTransform - 1);
  // A line that begins behind a restart marker knows nothing of the one above.
  let firstRow = 0;
  for (let row = 0, until = restartInterval; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (restartInterval > 0 && until === 0) {
        if (column > 0) throw new DecodeError("unsupported", "lossless JPEG with restart markers inside a line");
        bits.restart();
        firstRow = row;
        until = restartInterval;
      }
      until--;
      for (const { index, dc } of scan.components) {
        const at = row * rowStep + column * step + index;
        const length = bits.symbol(dc);
        if (length > 16) throw new DecodeError("corrupt", `a difference of ${length} bits in a lossless JPEG`);
        const difference = length === 16 ? 32768 : bits.difference(length);
        const guess =
          column === 0
            ? row === firstRow
              ? origin
              : (samples[at - rowStep] as number)
            : row === firstRow
              ? (samples[at - step] as number)
              : guessOf(scan.start, {
                  left: samples[at - step] as number,
                  above: samples[at - rowStep] as number,
                  aboveLeft: samples[at - rowStep - step] as number,
                });
        samples[at] = guess + difference;
      }
    }
    if (bits.isSpent) throw new DecodeError("truncated", `the lossless JPEG ends in line ${row + 1} of ${height}`);
  }
  if (pointTransform > 0)
    for (const { index } of scan.components)
      for (let at = index; at < samples.length; at += step) samples[at] = (samples[at] as number) << pointTransform;
}

/** Table H.1. */
function guessOf(predictor: number, { left, above, aboveLeft }: { left: number; above: number; aboveLeft: number }): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return aboveLeft;
    case 4:
      return left + above - aboveLeft;
    case 5:
      return left + ((above - aboveLeft) >> 1);
    case 6:
      return above + ((left - aboveLeft) >> 1);
    default:
      return (left + above) >> 1;
  }
}
