import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import type { Tensorflow } from "#engine/runtime/training/tensorflow/load.ts";
import { functionCases } from "../../autodiff/cases/functions.ts";
import { indexingCases } from "../../autodiff/cases/indexing.ts";
import { layoutCases } from "../../autodiff/cases/layout.ts";
import { normalizationCases } from "../../autodiff/cases/normalization.ts";
import { plainCases } from "../../autodiff/cases/plain.ts";
import { reductionCases } from "../../autodiff/cases/reductions.ts";
import { spatialCases } from "../../autodiff/cases/spatial.ts";
import { plainTensorflow } from "../../../helpers/tensorflow.ts";
import { compareExecutors, comparisonOf } from "./compare.ts";

const families = { plainCases, functionCases, indexingCases, layoutCases, normalizationCases, reductionCases, spatialCases };

/** What TensorFlow.js has no kernel for and no encoder needs; the cases of casts are all of float64. */
const unsupported = new Set(["Cast", "CastLike", "GlobalLpPool", "LRN", "LpPool", "MeanVarianceNormalization", "Shrink"]);
const refusals = /(convolves|pools) (1|3) axes|values of float64|asks for an output_shape|resizes a part|equation is|window is dilated|joins 3 tensors|cuts|tells the places|batch_dims/; // prettier-ignore

const tensorflow: Tensorflow = await plainTensorflow();

describe.each(Object.entries(families))("%s, forward and back", (_, cases) => {
  test.each(Object.keys(cases))("%s", async (operator) => {
    let compared = 0;
    for (const [index, one] of (cases[operator] ?? []).entries()) {
      try {
        await compareExecutors(comparisonOf(one, index + 1), tensorflow);
        compared++;
      } catch (thrown) {
        if (!(thrown instanceof UserError) || thrown.code !== "executor-unsupported") throw thrown;
        if (!unsupported.has(operator)) expect(thrown.message).toMatch(refusals);
      }
    }
    expect(compared > 0).toBe(!unsupported.has(operator));
  });
});
