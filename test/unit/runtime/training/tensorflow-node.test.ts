import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import { normalizationCases } from "../../autodiff/cases/normalization.ts";
import { plainCases } from "../../autodiff/cases/plain.ts";
import { spatialCases } from "../../autodiff/cases/spatial.ts";
import { nodeTensorflow } from "../../../helpers/tensorflow.ts";
import { compareExecutors, comparisonOf, expectClose } from "./compare.ts";
import { runSteps, smallStep } from "./small-step.ts";

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
    async (optimizer) => {
      const step = smallStep(optimizer);
      const ours = await openOnnxRuntimeExecutor(step.graph, step.initial, { threads: 1, device: "cpu" });
      const wanted = await runSteps(ours, step, { count: 3 });
      await ours.close();
      const before = tensorflow.api.memory().numTensors;
      const theirs = await openTensorflowExecutor(step.graph, step.initial, { threads: 1, tensorflow });
      const opened = tensorflow.api.memory().numTensors;
      const made = await runSteps(theirs, step, { count: 3 });
      expect(tensorflow.api.memory().numTensors).toBe(opened);
      const again = await openTensorflowExecutor(step.graph, made.state, { threads: 1, tensorflow });
      expect(await again.readState()).toEqual(made.state);
      await again.close();
      await theirs.close();
      expect(tensorflow.api.memory().numTensors).toBe(before);
      made.losses.forEach((loss, at) => expect(Math.abs(loss / (wanted.losses[at] as number) - 1)).toBeLessThan(1e-3));
      for (const [name, tensor] of wanted.state) expectClose(made.state.get(name) as HostTensor, tensor, name, 1e-3);
    },
  );
});
