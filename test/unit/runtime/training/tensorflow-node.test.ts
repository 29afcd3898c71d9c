import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import { normalizationCases } from "../../autodiff/cases/normalization.ts";
import { plainCases } from "../../autodiff/cases/plain.ts";
import { spatialCases } from "../../autodiff/cases/spatial.ts";
import { nodeTensorflow } from "../../../helpers/tensorflow.ts";
import { compareExecutors, comparisonOf } from "./compare.ts";
import { expectThreeSteps } from "./three-steps.ts";

const found = await nodeTensorflow();

describe.skipIf(found === null)("TensorFlow for Node", () => {
  const tensorflow = found as NonNullable<typeof found>;
  const cases = { ...plainCases, ...normalizationCases, ...spatialCases };

  test.each(Object.keys(cases))("%s, forward and back", async (operator) => {
    for (const [index, one] of (cases[operator] ?? []).entries()) {
      try {
        await compareExecutors(comparisonOf(one, index + 1), tensorflow);
      } catch (thrown) {
        if (!(thrown instanceof UserError) || thrown.code !== "executor-unsupported") throw thrown;
      }
    }
  });

  test.each(["sgd", "adamw"] as const)(
    "three steps with %s agree with ONNX Runtime's, no tensor is left over, state goes on",
    (optimizer) =>
      expectThreeSteps(optimizer, tensorflow, async (step, state) => {
        const again = await openTensorflowExecutor(step.graph, state, { threads: 1, tensorflow });
        expect(await again.readState()).toEqual(state);
        await again.close();
      }),
  );
});
