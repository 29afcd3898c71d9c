/**
 * @file Colours that share the bits of one number, each under a mask of its own, as bitmaps and surfaces of graphics cards store them.
 */

export interface BitField {
  readonly mask: number;
  readonly shift: number;
  /** Largest value of the field, 0 for an empty mask. */
  readonly largest: number;
}

export function fieldOf(mask: number): BitField {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  return { mask, shift, largest: mask >>> shift };
}

/** The field's share of its largest value, 0..1; 0 for an empty mask. */
export function shareOf(value: number, { mask, shift, largest }: BitField): number {
  return largest === 0 ? 0 : ((value & mask) >>> shift) / largest;
}
