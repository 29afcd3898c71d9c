/** @file Where a grid was scrolled to, kept by image so that it survives new columns, another size and a visit to another view. */
import type { ImageId } from "#protocol/model.ts";

export interface GridMemory {
  /** The first image in sight; null at the very top. */
  anchor: ImageId | null;
  /** How far its row is scrolled out at the top, in pixels. */
  offset: number;
}

export function createGridMemory(): GridMemory {
  return { anchor: null, offset: 0 };
}
