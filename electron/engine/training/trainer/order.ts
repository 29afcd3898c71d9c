/**
 * @file Which pictures a step sees: a fresh shuffle every epoch, from seed and epoch alone, so that any step can be made again by itself.
 */
import { createRandom, shuffle } from "../../base/random.ts";
import { BugError } from "../../base/errors.ts";

export interface Order {
  /** Steps in which every picture is seen once; an incomplete batch at the end is left out. */
  readonly stepsPerEpoch: number;
  /** Places in the training set, [images]. */
  positionsAt(step: number): Int32Array;
}

export function createOrder(population: number, images: number, seed: number): Order {
  const stepsPerEpoch = Math.floor(population / images);
  if (stepsPerEpoch < 1) throw new BugError(`a batch of ${images} from ${population} pictures`);
  let known: { readonly epoch: number; readonly order: readonly number[] } | null = null;
  const orderOf = (epoch: number): readonly number[] => {
    if (known?.epoch !== epoch) {
      const places = Array.from({ length: population }, (_, place) => place);
      known = { epoch, order: shuffle(places, createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b))) };
    }
    return known.order;
  };
  return {
    stepsPerEpoch,
    positionsAt: (step) => {
      const at = (step % stepsPerEpoch) * images;
      return Int32Array.from(orderOf(Math.floor(step / stepsPerEpoch)).slice(at, at + images));
    },
  };
}
