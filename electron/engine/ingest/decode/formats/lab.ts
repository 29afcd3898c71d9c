/**
 * @file CIE L*a*b* (D50, as TIFF and Photoshop store it) to sRGB: CIE 15, Bradford adaptation to D65, IEC 61966-2-1.
 */

/** D50 XYZ to linear sRGB, the Bradford adaptation included (rows: red, green, blue). */
const toLinear = [3.1338561, -1.6168667, -0.4906146, -0.9787684, 1.9161415, 0.033454, 0.0719453, -0.2289914, 1.4052427] as const;
const whitePoint = [0.9642, 1, 0.8249] as const;

/** @param lab [pixels, 3] L 0..100, a and b around 0. @returns [pixels, 3] */
export function labToRgb(lab: Float32Array): Uint8Array {
  const rgb = new Uint8Array(lab.length);
  for (let at = 0; at + 2 < lab.length; at += 3) {
    const fy = ((lab[at] as number) + 16) / 116;
    const x = whitePoint[0] * cubed(fy + (lab[at + 1] as number) / 500);
    const y = whitePoint[1] * cubed(fy);
    const z = whitePoint[2] * cubed(fy - (lab[at + 2] as number) / 200);
    for (let channel = 0; channel < 3; channel++) {
      const row = channel * 3;
      const linear = (toLinear[row] as number) * x + (toLinear[row + 1] as number) * y + (toLinear[row + 2] as number) * z;
      rgb[at + channel] = linearToLevel(linear);
    }
  }
  return rgb;
}

/** Linear light, 1 = white, to the nearest of 256 levels of sRGB; what is no number is black. */
export function linearToLevel(linear: number): number {
  if (!(linear > 0)) return 0;
  if (linear >= 1) return 255;
  return Math.round(255 * (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));
}

function cubed(value: number): number {
  return value > 6 / 29 ? value ** 3 : (value - 4 / 29) * 3 * (6 / 29) ** 2;
}
