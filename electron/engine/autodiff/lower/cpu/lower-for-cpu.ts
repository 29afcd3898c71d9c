/**
 * @file A training step in standard operators as ONNX Runtime runs it most quickly on the CPU: there a step is bound by passes over its pictures, so what can be had without one is (an
 * EfficientNet-Lite0 at 96 pixels, two cores: 430 to 470 ms before the first three, 355 to 370 after).
 */
import type { Model } from "../../../onnx/model.ts";
import { lower } from "../lower.ts";
import { packUpdates } from "../pack-updates.ts";
import { cpuForms } from "./forms.ts";
import { normalizeExpansions } from "./normalize-expansions.ts";
import { scaleWeights } from "./scale-weights.ts";
import { stackPictures } from "./stack-pictures.ts";

/** Shapes must be static. */
export function lowerForCpu(model: Model): Model {
  const passes = [normalizeExpansions, scaleWeights, stackPictures, packUpdates];
  return lower(
    passes.reduce((made, pass) => pass(made), model),
    { forms: cpuForms },
  );
}
