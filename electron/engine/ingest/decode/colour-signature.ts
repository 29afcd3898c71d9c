/**
 * @file Mean colours: of the whole picture (skeletons in the grid) and of 4 x 4 fields (tells pictures apart that are alike in grey).
 */
import { loadKernels } from "#native/kernels.ts";

import type { Picture } from "./types.ts";

export interface ColourSignature {
  /** 0xRRGGBB. */
  readonly average: number;
  /** [4, 4, 3] */
  readonly fields: Uint8Array;
}

/** @param picture 32 x 32 */
export function colourSignature({ data, width, height }: Picture): ColourSignature {
  const fields = new Uint8Array(48);
  const whole = new Uint8Array(3);
  const { boxReduce } = loadKernels();
  const source = { source: data, sourceWidth: width, sourceHeight: height };
  boxReduce({ ...source, factor: width / 4, target: fields });
  boxReduce({ ...source, factor: width, target: whole });
  const [red, green, blue] = whole as unknown as readonly [number, number, number];
  return { average: red * 65536 + green * 256 + blue, fields };
}
