/**
 * @file Boxes of the ISO base media format (ISO/IEC 14496-12): a length, a type, a content that may be boxes again. JPEG 2000, JPEG XL and Canon's CR3 are built
 * of them.
 */

export interface Box {
  readonly type: string;
  /** The 16 bytes that name a box of type "uuid", as hexadecimal digits; empty for others. */
  readonly uuid: string;
  /** Where the content begins, and where it ends (never beyond the file). */
  readonly start: number;
  readonly end: number;
}

/** No file that we read has more boxes on one level. */
const boxLimit = 10_000;

/** The boxes between two places, in order; those that make no sense end the list. */
export function readBoxes(bytes: Buffer, from = 0, to = bytes.length): Box[] {
  const boxes: Box[] = [];
  const last = Math.min(to, bytes.length);
  for (let at = from; at + 8 <= last && boxes.length < boxLimit;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const isLong = length === 1;
    if (isLong && at + 16 > last) break;
    const size = length === 0 ? last - at : isLong ? Number(bytes.readBigUInt64BE(at + 8)) : length;
    const headerBytes = (isLong ? 16 : 8) + (type === "uuid" ? 16 : 0);
    if (size < headerBytes || at + headerBytes > last) break;
    const start = at + headerBytes;
    boxes.push({ type, uuid: type === "uuid" ? bytes.toString("hex", start - 16, start) : "", start, end: Math.min(at + size, last) });
    at += size;
  }
  return boxes;
}

/** The first box of a type; null without one. */
export function findBox(boxes: readonly Box[], type: string): Box | null {
  return boxes.find((box) => box.type === type) ?? null;
}
