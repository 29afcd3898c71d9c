/** @file A part of a picture as it stands in the address of the view "similar". */
import type { ImageId } from "#protocol/model.ts";

import type { Rectangle } from "../widgets/zoom.ts";

export interface RegionQuestion {
  readonly id: ImageId;
  readonly box: Rectangle;
}

/** Shares in ten-thousandths, rounded so that the box stays inside the picture. */
export function regionPart(id: ImageId, { left, top, width, height }: Rectangle): string {
  const [x1, y1] = [left, top].map((share) => Math.round(share * 1e4)) as [number, number];
  const [x2, y2] = [left + width, top + height].map((share) => Math.min(1e4, Math.round(share * 1e4))) as [number, number];
  return `region-${id}-${x1}-${y1}-${Math.max(1, x2 - x1)}-${Math.max(1, y2 - y1)}`;
}

/** Null: it is no part of a picture. */
export function readRegionPart(part: string): RegionQuestion | null {
  const found = /^region-([1-9]\d*)-(\d+)-(\d+)-(\d+)-(\d+)$/u.exec(part);
  if (found === null) return null;
  const [id, left, top, width, height] = found.slice(1).map(Number) as [number, number, number, number, number];
  if (width < 1 || height < 1 || left + width > 1e4 || top + height > 1e4) return null;
  return { id: id as ImageId, box: { left: left / 1e4, top: top / 1e4, width: width / 1e4, height: height / 1e4 } };
}
