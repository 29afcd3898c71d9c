/** @file The picture under the pointer, in whichever view: what a key is meant for where nothing is selected. */
import type { ImageId } from "#protocol/model.ts";

class Pointed {
  id = $state<ImageId | null>(null);
}

export const pointed = new Pointed();
