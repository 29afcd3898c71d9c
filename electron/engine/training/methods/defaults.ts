/**
 * @file How fast most methods learn. From scratch: what lightly's CIFAR-10 benchmark trains its residual nets with. A net that is there: what continued training of
 * pretrained encoders was found to bear (arXiv 2509.06990), careful steps with decay apart from the gradient.
 */
import type { MethodDefaults } from "./method.ts";

export const contrastiveDefaults: { readonly scratch: MethodDefaults; readonly tune: MethodDefaults } = {
  scratch: { optimizer: "sgd", rate: 0.06, perImages: 128, decay: 5e-4 },
  tune: { optimizer: "adamw", rate: 1e-4, perImages: 64, decay: 0.05 },
};
