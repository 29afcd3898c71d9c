/** @file A step is written in the version of ONNX's operators that the network brings along: ONNX Runtime takes it in the oldest and in the newest. */
import { expect, test } from "vitest";

import { methods } from "#engine/training/methods/table.ts";
import { openTiny } from "../tiny-training.ts";

const each = Object.values(methods).flatMap((method) => [11, 13, 18, 21].map((version) => [method.id, version, method] as const));

test.each(each)("%s in version %i", async (_, version, method) => {
  const { step, advance, executor } = await openTiny({ method, version });
  expect(step.graph.model.opsets.get("")).toBe(version);
  expect(Number.isFinite((await advance()).get("loss"))).toBe(true);
  await executor.close();
});
