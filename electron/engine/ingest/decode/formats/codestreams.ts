/**
 * @file The codecs in WebAssembly that unpack a codestream to its samples: OpenJPEG (JPEG 2000), OpenJPH (High-Throughput JPEG 2000) and CharLS (JPEG-LS), all
 * with the same face.
 */
import { createRequire } from "node:module";

import { DecodeError } from "../decode-error.ts";
import { silent, wasmCodec } from "../wasm-codec.ts";

export interface CodestreamFrame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bits: number;
  readonly signed: boolean;
  /** Component after component instead of pixel after pixel. */
  readonly planar: boolean;
  /** One byte a sample up to 8 bits, else two, little-endian. */
  readonly bytes: Uint8Array;
}

interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned?: boolean;
}

interface CodestreamDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  decodeSubResolution?(level: number, layers: number): void;
  /** CharLS: 0 component after component, 1 line after line, 2 sample after sample; it gives pixel after pixel for both of the latter. */
  getInterleaveMode?(): number;
  getFrameInfo(): FrameInfo;
  /** Lies in the codec's memory. */
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

interface Library {
  readonly HEAPU8: Uint8Array;
  readonly J2KDecoder?: new () => CodestreamDecoder;
  readonly HTJ2KDecoder?: new () => CodestreamDecoder;
  readonly JpegLSDecoder?: new () => CodestreamDecoder;
}

export type Codestream = keyof typeof codecs;

const codecs = {
  jpeg2000: codecOf("@cornerstonejs/codec-openjpeg/decodewasmjs"),
  highThroughput: codecOf("@cornerstonejs/codec-openjph/wasmjs"),
  jpegLs: codecOf("@cornerstonejs/codec-charls/decodewasmjs"),
};

/** @param halvings how often the picture is halved while it is decoded (JPEG 2000 alone) */
export function decodeCodestream(kind: Codestream, bytes: Uint8Array, halvings = 0): Promise<CodestreamFrame> {
  return codecs[kind].run((library) => {
    const Decoder = library.J2KDecoder ?? library.HTJ2KDecoder ?? library.JpegLSDecoder;
    if (Decoder === undefined) throw new TypeError(`the library of ${kind} has no decoder`);
    const decoder = new Decoder();
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    if (halvings > 0 && decoder.decodeSubResolution !== undefined) decoder.decodeSubResolution(halvings, 0);
    else decoder.decode();
    const { width, height, bitsPerSample: bits, componentCount: components, isSigned = false } = decoder.getFrameInfo();
    const raw = decoder.getDecodedBuffer();
    if (raw.length === 0 || (components !== 1 && components !== 3)) throw new DecodeError("corrupt", "the codestream gives no picture");
    const frame = { width, height, components, bits, signed: isSigned, planar: decoder.getInterleaveMode?.() === 0, bytes: raw.slice() };
    decoder.delete();
    return frame;
  });
}

function codecOf(path: string): ReturnType<typeof wasmCodec<Library>> {
  return wasmCodec<Library>({
    load: () => {
      const create = createRequire(import.meta.url)(path) as (options: object) => Promise<Library>;
      return create({ print: silent, printErr: silent });
    },
    heapBytes: (library) => library.HEAPU8.length,
  });
}
