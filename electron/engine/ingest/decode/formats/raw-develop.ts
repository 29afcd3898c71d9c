/**
 * @file A camera raw without a picture inside that is worth showing, developed by LibRaw: the camera's white balance, sRGB, brightness as it finds it, turned as the raw says. What is wanted small is made of
 * groups of four sensor pixels, one pixel each, which is half the size and needs no guess at colours.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { cropCentre, type Want } from "../decoder.ts";
import type { Picture } from "../types.ts";
import { silent, wasmCodec } from "../wasm-codec.ts";
import { onWhite } from "./samples.ts";

/** What of the package is called. */
interface RawFile {
  open(bytes: Uint8Array, settings: Readonly<Record<string, boolean | number | readonly number[]>>): void;
  /** As developed in full, upright. */
  metadata(full: boolean): { readonly width: number; readonly height: number };
  imageData(): {
    readonly width: number;
    readonly height: number;
    readonly colors: number;
    readonly bits: number;
    readonly data: Uint8Array;
  } | null;
  delete(): void;
}

interface LibRaw {
  readonly LibRaw: new () => RawFile;
}

/** The package's own entry is a worker of browsers; this is the library in it. */
const script = "libraw-wasm/dist/libraw.js";

const libraw = wasmCodec<LibRaw>({
  load: async () => {
    const create = ((await import(script)) as { readonly default: (options: object) => Promise<LibRaw> }).default;
    const wasmBinary = readFileSync(createRequire(import.meta.url).resolve("libraw-wasm/dist/libraw.wasm"));
    return create({ wasmBinary, print: silent, printErr: silent });
  },
  // It does not show its memory: each file gets a new one, in some 30 ms.
  heapBytes: () => Infinity,
});

/** In the package's words: the picture's own white balance, sRGB with its curve (power, slope at black, and room for what follows from the two: fewer than six numbers are ignored), bytes, adaptive homogeneity-directed interpolation (Hirakawa and Parks 2005). */
const settings = { useCameraWb: true, outputColor: 1, gamm: [1 / 2.4, 12.92, 0, 0, 0, 0], outputBps: 8, userQual: 3 };
/** Measured: sensor data, four channels of 16 bits, and the picture twice. */
const memoryPerPixel = { full: 20, half: 10 };

export interface Developed {
  readonly picture: Picture;
  /** Developed in full. */
  readonly width: number;
  readonly height: number;
  readonly isHalf: boolean;
}

/** @param sensor pixels of the sensor where the file's directories tell them; else as many as the file has bytes are allowed for */
export async function developRaw(
  bytes: Buffer,
  want: Want,
  sensor: { readonly width: number; readonly height: number } | null,
): Promise<Developed> {
  const { width: across, height: down } = sensor ?? {
    width: Math.ceil(Math.sqrt(bytes.length)),
    height: Math.ceil(Math.sqrt(bytes.length)),
  };
  const isHalf = sensor !== null && isHalfEnough(want, across, down);
  checkSize(across, down, isHalf ? memoryPerPixel.half : memoryPerPixel.full);
  return libraw.run((library) => {
    const file = new library.LibRaw();
    file.open(bytes, { ...settings, halfSize: isHalf });
    const { width, height } = file.metadata(false);
    const image = file.imageData();
    if (image === null || image.bits !== 8 || (image.colors !== 1 && image.colors !== 3))
      throw new DecodeError(
        "unsupported",
        `this raw is developed to ${image?.colors ?? 0} colours of ${image?.bits ?? 0} bits; expected 1 or 3 of 8`,
      );
    const picture = { width: image.width, height: image.height, data: onWhite(image.data.slice(), image.colors) };
    file.delete();
    return { picture: want.kind === "centre" ? cropCentre(picture, want.side) : picture, width, height, isHalf };
  });
}

function isHalfEnough(want: Want, width: number, height: number): boolean {
  return want.kind === "at-least" && Math.max(width, height) >= 2 * want.longSide && Math.min(width, height) >= 2 * want.shortSide;
}
