/**
 * @file A sample without repetition, in order.
 */
import { createRandom } from "./random.ts";

/** All of `count` places, or `limit` of them by selection sampling (Knuth, volume 2, algorithm 3.4.2 S); ascending. */
export function samplePlaces(count: number, limit: number, seed: number): Int32Array {
  if (count <= limit) return Int32Array.from({ length: count }, (_, place) => place);
  const random = createRandom(seed);
  const places = new Int32Array(limit);
  for (let place = 0, taken = 0; taken < limit; place++) {
    if (random.unit() * (count - place) < limit - taken) places[taken++] = place;
  }
  return places;
}
