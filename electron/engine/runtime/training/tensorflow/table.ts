/**
 * @file Every operator that TensorFlow does here.
 */
import { trainingDomain } from "../../../onnx/shapes/training.ts";
import { convolutionForms, convolutionTrainingForms } from "./forms/convolution.ts";
import { elementwiseForms } from "./forms/elementwise.ts";
import { indexingForms } from "./forms/indexing.ts";
import { movementForms } from "./forms/movement.ts";
import { normalizationForms, normalizationTrainingForms } from "./forms/normalization.ts";
import { poolingForms } from "./forms/pooling.ts";
import { productForms } from "./forms/products.ts";
import { reductionForms } from "./forms/reductions.ts";
import { resizeForms } from "./forms/resize.ts";
import { trainingForms } from "./forms/training.ts";
import type { Form } from "./operation.ts";

const forms: Readonly<Record<string, Readonly<Record<string, Form>>>> = {
  "": {
    ...convolutionForms,
    ...elementwiseForms,
    ...indexingForms,
    ...movementForms,
    ...normalizationForms,
    ...poolingForms,
    ...productForms,
    ...reductionForms,
    ...resizeForms,
  },
  [trainingDomain]: { ...convolutionTrainingForms, ...normalizationTrainingForms, ...trainingForms },
};

/** The form of an operator; null where there is none. */
export function formOf({ domain, opType }: { readonly domain: string; readonly opType: string }): Form | null {
  const family = forms[domain];
  return family !== undefined && Object.hasOwn(family, opType) ? (family[opType] as Form) : null;
}
