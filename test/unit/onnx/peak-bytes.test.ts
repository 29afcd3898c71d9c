/** @file The most that the values of a graph take at a time, counted by hand. */
import { expect, test } from "vitest";

import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { inferTypes } from "#engine/onnx/infer.ts";
import type { Graph } from "#engine/onnx/model.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { peakBytes } from "#engine/onnx/peak-bytes.ts";

test("the most that is held", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [10]);
  // Two at a time of 40 bytes each; with the first used at the end, three.
  const a = builder.node("Neg", [x]);
  const b = builder.node("Abs", [builder.node("Exp", [a])]);
  const types = (graph: Graph) => inferTypes({ ...modelOf(builder, []), graph }, new Map()).types;
  const short = builder.finish([b]);
  expect(peakBytes(short, types(short))).toBe(80);
  const long = builder.finish([builder.node("Add", [a, b])]);
  expect(peakBytes(long, types(long))).toBe(120);
});
