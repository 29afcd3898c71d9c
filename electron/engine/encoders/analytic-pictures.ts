/**
 * @file Pictures made by a formula, the same on every machine: for trying an encoder where there are no images.
 */

/** Waves of unlike length and direction in each channel of each picture: [count, size, size, 3]. */
export function analyticPictures(size: number, count: number): Uint8Array {
  const pixels = new Uint8Array(count * size * size * 3);
  let at = 0;
  for (let picture = 1; picture <= count; picture++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (const turns of [(x * picture) / size, (y * (picture + 1)) / size, (1.5 * (x + y) * picture) / size])
          pixels[at++] = Math.round(127.5 + 127.5 * Math.sin(2 * Math.PI * turns));
  return pixels;
}
