/** @file Points as a map has them, clumped, from a seed: for the tests and measurements of the map view. */

/** [count, 2]; every point belongs to one of `clumps` clumps of different width, middles within about -4..4. */
export function scatter(count: number, seed: number, clumps = 9): Float32Array {
  const random = mulberry(seed);
  const middles = Array.from({ length: clumps }, () => ({ x: 8 * random() - 4, y: 8 * random() - 4, width: 0.1 + random() }));
  const places = new Float32Array(2 * count);
  for (let point = 0; point < count; point++) {
    const { x, y, width } = middles[Math.floor(random() * clumps)];
    const reach = width * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    places[2 * point] = x + reach * Math.cos(angle);
    places[2 * point + 1] = y + reach * Math.sin(angle);
  }
  return places;
}

/** Mulberry32 (public domain, T. Ettinger 2017): numbers from 0 to 1. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
