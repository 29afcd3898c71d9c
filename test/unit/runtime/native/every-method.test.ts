import { expect, test } from "vitest";

import { openNativeExecutor } from "#engine/runtime/training/native-executor.ts";
import { methodIds, methods, type MethodId } from "#engine/training/methods/table.ts";
import { openTiny } from "../../training/tiny-training.ts";
import { expectClose } from "./against-onnxruntime.ts";

/** Operators left to ONNX Runtime: each stands for a copy in and out at every step. */
const leftOver: Partial<Record<MethodId, readonly string[]>> = {};

test.each(methodIds)("%s: three steps agree with ONNX Runtime", async (id) => {
  const method = methods[id];
  let fallbacks: readonly string[] = [];
  const native = await openTiny({
    method,
    open: async (graph, initial) => {
      const executor = await openNativeExecutor(graph, initial, { threads: 2 });
      fallbacks = executor.fallbacks;
      return executor;
    },
  });
  const standard = await openTiny({ method });
  expect([...new Set(fallbacks)].sort()).toEqual(leftOver[id] ?? []);
  for (let at = 0; at < 3; at++) {
    const [found, expected] = [await native.advance(), await standard.advance()];
    for (const [name, value] of expected)
      expect(Math.abs((found.get(name) as number) - value), name).toBeLessThanOrEqual(1e-3 * Math.max(1e-2, Math.abs(value)));
  }
  const [found, expected] = [await native.executor.readState(), await standard.executor.readState()];
  for (const [name, tensor] of expected) expectClose(name, found.get(name), tensor, 1e-3);
  await native.executor.close();
  await standard.executor.close();
});
