/**
 * @file SGI images (.sgi, .rgb, .rgba, .bw): grey and colour with or without alpha, 8 and 16 bits, plain or as run lengths, plane after plane from the lowest row
 * up. Layout: Paul Haeberli, "The SGI Image File Format", version 1.00.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { onWhite } from "./samples.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly sampleBytes: 1 | 2;
  readonly runLengths: boolean;
}

const headerBytes = 512;

export function decodeSgi({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readHeader(bytes);
  const { width, height, channels, sampleBytes } = header;
  checkSize(width, height);
  const rowOf = header.runLengths ? packedRows(bytes, header) : plainRows(bytes, header);
  const samples = new Uint8Array(width * height * channels); // [height, width, channels]
  const line = new Uint8Array(width * sampleBytes);
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < height; row++) {
      const stored = rowOf(channel * height + height - 1 - row, line);
      let to = row * width * channels + channel;
      for (let column = 0; column < width; column++, to += channels)
        samples[to] =
          sampleBytes === 1
            ? (stored[column] as number)
            : Math.round((((stored[column * 2] as number) << 8) | (stored[column * 2 + 1] as number)) / 257);
    }
  return Promise.resolve(
    wholePicture(
      want,
      { width, height, data: onWhite(samples, channels) },
      { format: "sgi", channels, bitDepth: sampleBytes * 8, hasAlpha: channels === 2 || channels === 4 },
    ),
  );
}

function readHeader(bytes: Buffer): Header {
  if (bytes.length < headerBytes) throw new DecodeError("truncated", "the file ends inside the header of the SGI image");
  if (bytes.readUInt16BE(0) !== 0x01da) throw new DecodeError("corrupt", "this is no SGI image: it does not begin with 01 da");
  const storage = bytes[2] as number;
  const sampleBytes = bytes[3] as number;
  const dimension = bytes.readUInt16BE(4);
  if (storage > 1) throw new DecodeError("corrupt", `an SGI image of storage ${storage}, known are 0 and 1`);
  if (sampleBytes !== 1 && sampleBytes !== 2)
    throw new DecodeError("corrupt", `an SGI image of ${sampleBytes} bytes a sample, known are 1 and 2`);
  if (dimension < 1 || dimension > 3) throw new DecodeError("corrupt", `an SGI image of ${dimension} dimensions, known are 1 to 3`);
  const map = bytes.readUInt32BE(104);
  if (map !== 0) throw new DecodeError("unsupported", `an SGI image with colour map ${map} (only plain levels, 0, are read)`);
  const channels = dimension === 3 ? bytes.readUInt16BE(10) : 1;
  if (channels < 1 || channels > 4) throw new DecodeError("unsupported", `an SGI image of ${channels} channels (1 to 4 are read)`);
  return {
    width: bytes.readUInt16BE(6),
    height: dimension === 1 ? 1 : bytes.readUInt16BE(8),
    channels: channels as 1 | 2 | 3 | 4,
    sampleBytes,
    runLengths: storage === 1,
  };
}

/** Gives a row of one channel, by its number in the file; it may use `line` for it. */
type Rows = (index: number, line: Uint8Array) => Uint8Array;

function plainRows(bytes: Buffer, { width, height, channels, sampleBytes }: Header): Rows {
  const rowBytes = width * sampleBytes;
  const needed = headerBytes + rowBytes * height * channels;
  if (bytes.length < needed) throw new DecodeError("truncated", `the SGI image needs ${needed} bytes, the file has ${bytes.length}`);
  return (index) => bytes.subarray(headerBytes + index * rowBytes, headerBytes + (index + 1) * rowBytes);
}

/** Two tables, where the rows begin and how long they are, stand before the rows. */
function packedRows(bytes: Buffer, { height, channels, sampleBytes }: Header): Rows {
  const tableBytes = height * channels * 4;
  if (bytes.length < headerBytes + 2 * tableBytes)
    throw new DecodeError(
      "truncated",
      `the row tables of the SGI image end at byte ${headerBytes + 2 * tableBytes}, the file has ${bytes.length}`,
    );
  return (index, line) => {
    const start = bytes.readUInt32BE(headerBytes + index * 4);
    const end = start + bytes.readUInt32BE(headerBytes + tableBytes + index * 4);
    if (end > bytes.length) throw new DecodeError("truncated", `a row of the SGI image ends at byte ${end}, the file has ${bytes.length}`);
    unpackRow(bytes.subarray(start, end), line, sampleBytes);
    return line;
  };
}

/** A count (the low seven bits) and either that many samples (high bit set) or one to repeat; each is as wide as a sample. A count of 0 ends the row. */
function unpackRow(packed: Uint8Array, line: Uint8Array, sampleBytes: 1 | 2): void {
  let to = 0;
  for (let at = sampleBytes - 1; to < line.length;) {
    const control = packed[at];
    if (control === undefined || (control & 127) === 0)
      throw new DecodeError("corrupt", `a row of the SGI image unpacks to ${to} of ${line.length} bytes`);
    const runBytes = Math.min((control & 127) * sampleBytes, line.length - to);
    const takenBytes = control >= 128 ? runBytes : sampleBytes;
    const from = at + 1;
    if (from + takenBytes > packed.length)
      throw new DecodeError("corrupt", `a row of the SGI image ends inside a run, at ${to} of ${line.length} bytes`);
    if (control >= 128) line.set(packed.subarray(from, from + takenBytes), to);
    else for (let index = 0; index < runBytes; index++) line[to + index] = packed[from + (index % sampleBytes)] as number;
    to += runBytes;
    at = from + takenBytes + sampleBytes - 1;
  }
}
