import { expect, test } from "vitest";

import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { newNode } from "#engine/onnx/new-node.ts";
import { nameOutputs } from "#engine/onnx/passes/name-outputs.ts";

test("values get the names they leave by; a second name, an input and what leaves already stay copies", () => {
  const builder = new GraphBuilder(17);
  const x = builder.input("x", "float32", [2]);
  const doubled = builder.node("Add", [x, x]);
  const tripled = builder.node("Add", [doubled, x]);
  const named = (from: string, to: string): void => {
    builder.add(newNode({ opType: "Identity", inputs: [from], outputs: [to] }));
  };
  named(doubled, "first");
  named(doubled, "second");
  named(x, "itself");
  named(tripled, "copy");
  const graph = builder.finish(["first", "second", "itself", tripled, "copy"]);
  const { nodes, outputs } = nameOutputs(graph);
  expect(outputs).toEqual(graph.outputs);
  expect(nodes.map(({ opType, inputs, outputs: made }) => [opType, ...inputs, ...made])).toEqual([
    ["Add", "x", "x", "first"],
    ["Add", "first", "x", tripled],
    ["Identity", "first", "second"],
    ["Identity", "x", "itself"],
    ["Identity", tripled, "copy"],
  ]);
});
