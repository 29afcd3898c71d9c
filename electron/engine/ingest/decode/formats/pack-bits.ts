/**
 * @file PackBits (TIFF 6.0 section 9; Photoshop uses the same): a signed count, then as many bytes plus one, or one byte to repeat.
 */

/** Fills `target` as far as the packed bytes reach. @returns how many bytes were written */
export function unpackBits(packed: Uint8Array, target: Uint8Array): number {
  let written = 0;
  for (let at = 0; at < packed.length && written < target.length;) {
    const control = packed[at++] as number;
    if (control === 128) continue;
    if (control < 128) {
      const count = Math.min(control + 1, packed.length - at, target.length - written);
      target.set(packed.subarray(at, at + count), written);
      at += control + 1;
      written += count;
    } else if (at < packed.length) {
      const end = Math.min(written + 257 - control, target.length);
      target.fill(packed[at++] as number, written, end);
      written = end;
    }
  }
  return written;
}
