/** @file Colours as the engine keeps them (0xRRGGBB) and as styles want them. */

export function cssOf(colour: number): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}

/** Black or white, whichever is read better on the colour (WCAG 2 contrast). */
export function inkOn(colour: number): "#000000" | "#ffffff" {
  // Equal contrast to both lies at a luminance of .179.
  return luminance(colour) > 0.179 ? "#000000" : "#ffffff";
}

export function luminance(colour: number): number {
  const linear = (value: number): number => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear((colour >> 16) & 255) + 0.7152 * linear((colour >> 8) & 255) + 0.0722 * linear(colour & 255);
}
