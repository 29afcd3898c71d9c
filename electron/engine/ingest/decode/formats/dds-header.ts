/**
 * @file What a DirectDraw surface (.dds) says of its pixels: blocks of a known packing, or numbers with a mask for each colour. Layout: Microsoft, "DDS file
 * layout", "DDS_PIXELFORMAT", "DDS_HEADER_DXT10" and "DXGI_FORMAT".
 */
import { DecodeError } from "../decode-error.ts";

export type BlockPacking = "bc1" | "bc2" | "bc3" | "bc4" | "bc4-signed" | "bc5" | "bc5-signed" | "bc6h" | "bc6h-signed" | "bc7";

export interface MaskedPixels {
  /** Of a pixel: 8, 16, 24 or 32. */
  readonly bits: number;
  /** Red, green, blue, alpha; of grey the first is the level. */
  readonly masks: readonly [number, number, number, number];
  readonly isGrey: boolean;
}

export interface DdsHeader {
  readonly width: number;
  readonly height: number;
  /** "palette": 256 colours of four bytes, then an index for each pixel. */
  readonly pixels: BlockPacking | MaskedPixels | "palette";
  /** Colours have been multiplied by their alpha. */
  readonly isPremultiplied: boolean;
  /** What lies where alpha could is something else. */
  readonly ignoresAlpha: boolean;
  readonly pixelsAt: number;
}

const headerBytes = 128;
const extendedBytes = 148;
const flags = { alphaPixels: 1, alpha: 2, fourCharacters: 4, palette: 0x20, rgb: 0x40, luminance: 0x20000 } as const;
const alphaModes = { premultiplied: 2, opaque: 3 } as const;

const packings: Readonly<Record<string, BlockPacking>> = {
  DXT1: "bc1",
  DXT2: "bc2",
  DXT3: "bc2",
  DXT4: "bc3",
  DXT5: "bc3",
  ATI1: "bc4",
  BC4U: "bc4",
  BC4S: "bc4-signed",
  ATI2: "bc5",
  BC5U: "bc5",
  BC5S: "bc5-signed",
};

const rgb565: MaskedPixels = { bits: 16, masks: [0xf800, 0x07e0, 0x001f, 0], isGrey: false };
const rgb555: MaskedPixels = { bits: 16, masks: [0x7c00, 0x03e0, 0x001f, 0x8000], isGrey: false };
const rgb444: MaskedPixels = { bits: 16, masks: [0x0f00, 0x00f0, 0x000f, 0xf000], isGrey: false };
const rgba: MaskedPixels = { bits: 32, masks: [0xff, 0xff00, 0xff0000, 0xff000000], isGrey: false };
const bgra: MaskedPixels = { bits: 32, masks: [0xff0000, 0xff00, 0xff, 0xff000000], isGrey: false };
const bgrx: MaskedPixels = { bits: 32, masks: [0xff0000, 0xff00, 0xff, 0], isGrey: false };
const rgba1010102: MaskedPixels = { bits: 32, masks: [0x3ff, 0xffc00, 0x3ff00000, 0xc0000000], isGrey: false };
const grey: MaskedPixels = { bits: 8, masks: [0xff, 0, 0, 0], isGrey: true };
const grey16: MaskedPixels = { bits: 16, masks: [0xffff, 0, 0, 0], isGrey: true };

/** Typeless, linear and sRGB kinds of one layout hold the same bytes. */
const dxgiFormats: Readonly<Record<number, BlockPacking | MaskedPixels>> = Object.fromEntries(
  (
    [
      [[23, 24], rgba1010102],
      [[27, 28, 29], rgba],
      [[53, 56], grey16],
      [[60, 61, 65], grey],
      [[70, 71, 72], "bc1"],
      [[73, 74, 75], "bc2"],
      [[76, 77, 78], "bc3"],
      [[79, 80], "bc4"],
      [[81], "bc4-signed"],
      [[82, 83], "bc5"],
      [[84], "bc5-signed"],
      [[85], rgb565],
      [[86], rgb555],
      [[87, 90, 91], bgra],
      [[88, 92, 93], bgrx],
      [[94, 95], "bc6h"],
      [[96], "bc6h-signed"],
      [[97, 98, 99], "bc7"],
      [[115], rgb444],
    ] as const
  ).flatMap(([numbers, pixels]) => numbers.map((number) => [number, pixels])),
);

export function readDdsHeader(bytes: Buffer): DdsHeader {
  if (bytes.length < headerBytes) throw new DecodeError("truncated", "the file ends inside the header of the surface");
  const sizes = [bytes.readUInt32LE(4), bytes.readUInt32LE(76)];
  if (bytes.toString("latin1", 0, 4) !== "DDS " || sizes[0] !== 124 || sizes[1] !== 32)
    throw new DecodeError("corrupt", `this is no DirectDraw surface: its headers have ${sizes.join(" and ")} bytes, known are 124 and 32`);
  const size = { width: bytes.readUInt32LE(16), height: bytes.readUInt32LE(12) };
  const plain = { ...size, isPremultiplied: false, ignoresAlpha: false, pixelsAt: headerBytes };
  const kind = bytes.readUInt32LE(80);
  if ((kind & flags.fourCharacters) === 0) return { ...plain, pixels: readMasks(bytes, kind) };
  const name = bytes.toString("latin1", 84, 88);
  if (name === "DX10") return { ...plain, ...readExtension(bytes) };
  const pixels = packings[name];
  if (pixels === undefined) throw new DecodeError("unsupported", `a surface packed as ${JSON.stringify(name)} cannot be read yet`);
  return { ...plain, pixels, isPremultiplied: name === "DXT2" || name === "DXT4" };
}

function readExtension(bytes: Buffer): Pick<DdsHeader, "pixels" | "isPremultiplied" | "ignoresAlpha" | "pixelsAt"> {
  if (bytes.length < extendedBytes) throw new DecodeError("truncated", "the file ends inside the second header of the surface");
  const format = bytes.readUInt32LE(128);
  const pixels = dxgiFormats[format];
  if (pixels === undefined) throw new DecodeError("unsupported", `a surface of DXGI format ${format} cannot be read yet`);
  const alphaMode = bytes.readUInt32LE(144) & 7;
  return {
    pixels,
    isPremultiplied: alphaMode === alphaModes.premultiplied,
    ignoresAlpha: alphaMode === alphaModes.opaque,
    pixelsAt: extendedBytes,
  };
}

function readMasks(bytes: Buffer, kind: number): MaskedPixels | "palette" {
  const bits = bytes.readUInt32LE(88);
  if ((kind & flags.palette) !== 0 && bits === 8) return "palette";
  const [red, green, blue, alpha] = [92, 96, 100, 104].map((at) => bytes.readUInt32LE(at)) as [number, number, number, number];
  if (![8, 16, 24, 32].includes(bits))
    throw new DecodeError("unsupported", `a surface of ${bits} bits a pixel (8, 16, 24 and 32 are read)`);
  const shown = (kind & flags.alphaPixels) === 0 ? 0 : alpha;
  if ((kind & flags.rgb) !== 0) return { bits, masks: [red, green, blue, shown], isGrey: false };
  if ((kind & flags.luminance) !== 0) {
    // Some writers give a mask that lies beyond the pixel.
    const isInside = red % 2 ** bits !== 0;
    return { bits, masks: [isInside ? red : 2 ** bits - 1, 0, 0, shown], isGrey: true };
  }
  // A mask without colours is shown as grey.
  if ((kind & flags.alpha) !== 0) return { bits, masks: [alpha, 0, 0, 0], isGrey: true };
  throw new DecodeError("unsupported", `a surface whose pixels are of kind 0x${kind.toString(16)} cannot be read yet`);
}
