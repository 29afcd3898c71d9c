/**
 * @file The block packings BC1 to BC5 (DXT1, DXT3, DXT5, ATI1, ATI2): two ends of a line of colours, or of levels, and for each of 4 x 4 pixels its place on it.
 * Layout: Microsoft, "Block Compression (Direct3D 10)"; Khronos Data Format Specification 1.3, sections 18 and 19.
 */

/** Without alpha but for the black that the second kind of block calls transparent. */
export function unpackBc1(block: Uint8Array, pixels: Uint8Array): void {
  putColours({ block, at: 0, pixels, hasTransparent: true });
}

/** Alpha of four bits a pixel, then colours. */
export function unpackBc2(block: Uint8Array, pixels: Uint8Array): void {
  putColours({ block, at: 8, pixels, hasTransparent: false });
  for (let pixel = 0; pixel < 16; pixel++) pixels[pixel * 4 + 3] = (((block[pixel >> 1] as number) >> ((pixel & 1) * 4)) & 15) * 17;
}

/** Alpha as a line of levels, then colours. */
export function unpackBc3(block: Uint8Array, pixels: Uint8Array): void {
  putColours({ block, at: 8, pixels, hasTransparent: false });
  putLevels({ block, at: 0, pixels, channel: 3, signed: false });
}

/** Grey, in the first channel. Signed levels are shown from the least to the greatest. */
export function unpackBc4(block: Uint8Array, pixels: Uint8Array, signed: boolean): void {
  putLevels({ block, at: 0, pixels, channel: 0, signed });
}

/** Red and green, each a line of levels of its own: two parts of a direction. Blue is 0. */
export function unpackBc5(block: Uint8Array, pixels: Uint8Array, signed: boolean): void {
  putLevels({ block, at: 0, pixels, channel: 0, signed });
  putLevels({ block, at: 8, pixels, channel: 1, signed });
  // A direction of length 0 in the third part lies in the middle.
  for (let at = 2; at < 64; at += 4) pixels[at] = signed ? 128 : 0;
}

function putColours(of: { block: Uint8Array; at: number; pixels: Uint8Array; hasTransparent: boolean }): void {
  const { block, at, pixels, hasTransparent } = of;
  const first = (block[at] as number) | ((block[at + 1] as number) << 8);
  const second = (block[at + 2] as number) | ((block[at + 3] as number) << 8);
  const isFour = !hasTransparent || first > second;
  for (let pixel = 0; pixel < 16; pixel++) {
    const index = ((block[at + 4 + (pixel >> 2)] as number) >> ((pixel & 3) * 2)) & 3;
    for (let channel = 0; channel < 3; channel++)
      pixels[pixel * 4 + channel] = between(eightBits(first, channel), eightBits(second, channel), { index, isFour });
    pixels[pixel * 4 + 3] = !isFour && index === 3 ? 0 : 255;
  }
}

/** Of 5, 6 and 5 bits, the upper ones repeated. */
function eightBits(colour: number, channel: number): number {
  if (channel === 1) {
    const green = (colour >> 5) & 63;
    return (green << 2) | (green >> 4);
  }
  const value = (colour >> (channel === 0 ? 11 : 0)) & 31;
  return (value << 3) | (value >> 2);
}

function between(first: number, second: number, { index, isFour }: { index: number; isFour: boolean }): number {
  if (index === 0) return first;
  if (index === 1) return second;
  if (!isFour) return index === 2 ? (first + second) >> 1 : 0;
  return Math.floor((index === 2 ? 2 * first + second : first + 2 * second) / 3);
}

/** Two levels and 16 indexes of three bits: eight places on the line, or six and both ends of all levels. */
function putLevels(of: { block: Uint8Array; at: number; pixels: Uint8Array; channel: number; signed: boolean }): void {
  const { block, at, pixels, channel, signed } = of;
  const level = (index: number): number => (signed ? ((block[at + index] as number) << 24) >> 24 : (block[at + index] as number));
  const first = level(0);
  const second = level(1);
  const least = signed ? -127 : 0;
  const most = signed ? 127 : 255;
  const steps = first > second ? 7 : 5;
  for (let pixel = 0; pixel < 16; pixel++) {
    const bit = pixel * 3;
    const byte = at + 2 + (bit >> 3);
    const two = (block[byte] as number) | (((bit & 7) > 5 ? (block[byte + 1] as number) : 0) << 8);
    const index = (two >> (bit & 7)) & 7;
    let value: number;
    if (index < 2) value = index === 0 ? first : second;
    else if (steps === 5 && index > 5) value = index === 6 ? least : most;
    else value = Math.trunc(((steps + 1 - index) * first + (index - 1) * second) / steps);
    pixels[pixel * 4 + channel] = signed ? value + 128 : value;
  }
}
