/**
 * @file What decoders of uncompressed formats share: samples of any depth to 8 bits, and grey, alpha or inks to RGB on white.
 */

/** Unsigned samples of which `largest` is white. */
export function toEightBits(samples: ArrayLike<number>, largest: number): Uint8Array {
  if (largest === 255 && samples instanceof Uint8Array) return samples;
  const scale = 255 / largest;
  const data = new Uint8Array(samples.length);
  for (let at = 0; at < data.length; at++) {
    const value = (samples[at] as number) * scale + 0.5;
    data[at] = value > 255 ? 255 : value; // a store into bytes cuts what is behind the point
  }
  return data;
}

/**
 * Measured values (32-bit float, signed, 32-bit whole numbers) have no white of their own. As viewers of medical and scientific
 * pictures do, the least one becomes black and the greatest white; infinities are the ends, what is no number is black. Without any
 * difference: white where the value is above 0.
 */
export function spreadToEightBits(values: ArrayLike<number>): Uint8Array {
  let least = Infinity;
  let most = -Infinity;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const data = new Uint8Array(values.length);
  if (most === least) return data.fill(least > 0 ? 255 : 0);
  // Halved first, because the span of two doubles may be more than a double holds.
  const half = most / 2 - least / 2;
  for (let at = 0; at < data.length; at++) {
    const share = ((values[at] as number) / 2 - least / 2) / half;
    data[at] = share > 0 ? (share >= 1 ? 255 : share * 255 + 0.5) : 0;
  }
  return data;
}

/** More values than these are looked at one in so many: quantiles do not need all. */
const rangeSample = 262_144;

/**
 * From where to where values lie when the outermost thousandth on either side is left out: one hot pixel must not darken the rest. Everything, where that leaves
 * no difference (a small bright thing on an empty ground).
 * @param without values in this span do not count
 */
export function rangeOf(
  values: ArrayLike<number>,
  without: { readonly from: number; readonly to: number } | null = null,
): { low: number; high: number } {
  const counts = (value: number): boolean => Number.isFinite(value) && (without === null || value < without.from || value > without.to);
  const step = Math.max(1, Math.ceil(values.length / rangeSample));
  const kept = new Float64Array(Math.ceil(values.length / step));
  let count = 0;
  for (let at = 0; at < values.length; at += step) if (counts(values[at] as number)) kept[count++] = values[at] as number;
  const sorted = kept.subarray(0, count).sort();
  const skipped = Math.floor(count / 1000);
  const low = sorted[skipped] ?? 0;
  const high = sorted[count - 1 - skipped] ?? 0;
  if (skipped > 0 && low < high) return { low, high };
  let least = Infinity;
  let most = -Infinity;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!counts(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most < least ? { low: 0, high: 0 } : { low: least, high: most };
}

/** @param samples [pixels, channels]: grey, grey and alpha, RGB, RGB and alpha. @returns [pixels, 3] on white */
export function onWhite(samples: Uint8Array, channels: 1 | 2 | 3 | 4): Uint8Array {
  if (channels === 3) return samples;
  const pixels = Math.floor(samples.length / channels);
  const rgb = new Uint8Array(pixels * 3);
  const colour = channels === 4;
  const hasAlpha = channels !== 1;
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += channels) {
    const alpha = hasAlpha ? (samples[from + channels - 1] as number) : 255;
    const paper = 255 * (255 - alpha) + 127;
    for (let channel = 0; channel < 3; channel++)
      rgb[to++] = Math.floor(((samples[colour ? from + channel : from] as number) * alpha + paper) / 255);
  }
  return rgb;
}

/**
 * Inks without a profile, the way browsers and Pillow mix them: what each ink leaves of the light, times what black leaves.
 * @param inks [pixels, channels] cyan, magenta, yellow, black and whatever follows; 255 = full
 */
export function inksToRgb(inks: Uint8Array, channels: number): Uint8Array {
  const pixels = Math.floor(inks.length / channels);
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += channels) {
    const left = 255 - (inks[from + 3] as number);
    for (let ink = 0; ink < 3; ink++) rgb[to++] = Math.floor(((255 - (inks[from + ink] as number)) * left + 127) / 255);
  }
  return rgb;
}
