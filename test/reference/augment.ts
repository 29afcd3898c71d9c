/**
 * @file The changes of a view, slow and obvious, a pixel at a time in float64: torchvision's colour changes with the hue by the six cases of HSV, the blur
 * as one sum over a square, the scaling as one sum over all pixels of the picture.
 */
export type Pixel = readonly [red: number, green: number, blue: number];
/** [size][size] */
export type Pixels = readonly (readonly Pixel[])[];

const clamp = (value: number): number => Math.min(255, Math.max(0, value));
const map = (pixels: Pixels, change: (pixel: Pixel) => Pixel): Pixels => pixels.map((row) => row.map(change));
const greyOf = ([red, green, blue]: Pixel): number => 0.2989 * red + 0.587 * green + 0.114 * blue;
const blend = (pixel: Pixel, other: number, factor: number): Pixel =>
  pixel.map((value) => clamp(factor * value + (1 - factor) * other)) as unknown as Pixel;

export const brighten = (pixels: Pixels, factor: number): Pixels => map(pixels, (pixel) => blend(pixel, 0, factor));

export function stretchContrast(pixels: Pixels, factor: number): Pixels {
  const greys = pixels.flat().map(greyOf);
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  return map(pixels, (pixel) => blend(pixel, mean, factor));
}

export const saturate = (pixels: Pixels, factor: number): Pixels => map(pixels, (pixel) => blend(pixel, greyOf(pixel), factor));

export const turnHue = (pixels: Pixels, turn: number): Pixels =>
  map(pixels, ([red, green, blue]) => {
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    if (chroma === 0) return [red, green, blue];
    const sixth = value === red ? (green - blue) / chroma : value === green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
    const hue = (((sixth / 6 + turn) % 1) + 1) % 1;
    const place = Math.floor(hue * 6);
    const part = hue * 6 - place;
    const saturation = chroma / value;
    const [p, q, t] = [value * (1 - saturation), value * (1 - saturation * part), value * (1 - saturation * (1 - part))];
    return [[value, t, p], [q, value, p], [p, value, t], [p, q, value], [t, p, value], [value, p, q]][place % 6] as unknown as Pixel; // prettier-ignore
  });

export function blur(pixels: Pixels, sigma: number): Pixels {
  const radius = Math.ceil(3 * sigma);
  const last = pixels.length - 1;
  return pixels.map((row, y) =>
    row.map((_, x) => {
      const sums = [0, 0, 0];
      let weights = 0;
      for (let down = -radius; down <= radius; down++)
        for (let across = -radius; across <= radius; across++) {
          const weight = Math.exp(-(down * down + across * across) / (2 * sigma * sigma));
          const pixel = pixels[Math.min(last, Math.max(0, y + down))]?.[Math.min(last, Math.max(0, x + across))] as Pixel;
          weights += weight;
          for (let channel = 0; channel < 3; channel++) sums[channel] = (sums[channel] as number) + weight * (pixel[channel] as number);
        }
      return sums.map((sum) => sum / weights) as unknown as Pixel;
    }),
  );
}

/** The rectangle (in pixels of the picture) as size x size pixels, with a triangle as wide as the shrink factor, at least one pixel. */
export function scale(pixels: Pixels, rectangle: { left: number; top: number; width: number; height: number }, size: number): Pixels {
  const weight = (centre: number, place: number, factor: number): number =>
    Math.max(0, 1 - Math.abs(place + 0.5 - centre) / Math.max(1, factor));
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_unused, x) => {
      const sums = [0, 0, 0];
      let weights = 0;
      pixels.forEach((row, down) =>
        row.forEach((pixel, across) => {
          const [factorX, factorY] = [rectangle.width / size, rectangle.height / size];
          const both =
            weight(rectangle.left + (x + 0.5) * factorX, across, factorX) * weight(rectangle.top + (y + 0.5) * factorY, down, factorY);
          weights += both;
          for (let channel = 0; channel < 3; channel++) sums[channel] = (sums[channel] as number) + both * (pixel[channel] as number);
        }),
      );
      return sums.map((sum) => sum / weights) as unknown as Pixel;
    }),
  );
}
