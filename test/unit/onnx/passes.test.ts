/**
 * @file Passes over graphs change no number: random graphs give the same before and after, to the last bit.
 */
import fc from "fast-check";
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { checkModel } from "#engine/onnx/check-graph.ts";
import { GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import type { Attribute, Graph, Model } from "#engine/onnx/model.ts";
import { modelOf as modelAround } from "#engine/onnx/new-model.ts";
import { earliestFirst } from "#engine/onnx/passes/earliest-first.ts";
import { mergeEqualNodes } from "#engine/onnx/passes/merge-equal-nodes.ts";
import { removeDeadNodes } from "#engine/onnx/passes/remove-dead-nodes.ts";
import { resolveControlFlow } from "#engine/onnx/passes/resolve-control-flow.ts";
import { simplify } from "#engine/onnx/simplify.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { graphOf, modelOf, nodeOf, valueOf } from "./small-models.ts";

async function run(model: Model, feeds: Readonly<Record<string, readonly number[]>>): Promise<readonly (readonly number[])[]> {
  const session = await InferenceSession.create(writeModel(model), { graphOptimizationLevel: "disabled", logSeverityLevel: 4 });
  const given = Object.entries(feeds).map(([name, values]) => [
    name,
    new RuntimeTensor("float32", Float32Array.from(values), [values.length]),
  ]);
  const found = await session.run(Object.fromEntries(given) as Record<string, RuntimeTensor>);
  const values = model.graph.outputs.map(({ name }) => Array.from(found[name]?.data as Float32Array, Number));
  await session.release();
  return values;
}

const unary = ["Neg", "Abs", "Tanh", "Sigmoid", "Relu", "Identity"] as const;
const binary = ["Add", "Mul", "Sub", "Max", "Min"] as const;
const steps = fc.array(
  fc.record({ opType: fc.constantFrom(...unary, ...binary), first: fc.nat(30), second: fc.nat(30), isOutput: fc.boolean() }),
  { minLength: 1, maxLength: 25 },
);

/** Few inputs and operators, so that equal nodes and values that nobody needs are common. */
function randomModel(given: readonly { readonly opType: string; readonly first: number; readonly second: number; readonly isOutput: boolean }[]): Model {
  const builder = new GraphBuilder();
  const values = [builder.input("x", "float32", [3]), builder.input("y", "float32", [3])];
  const outputs: string[] = [];
  for (const { opType, first, second, isOutput } of given) {
    const at = (place: number): string => values[place % Math.min(values.length, 5)] as string;
    const inputs = (unary as readonly string[]).includes(opType) ? [at(first)] : [at(first), at(second)];
    const value = builder.node(opType, inputs);
    values.push(value);
    if (isOutput) outputs.push(value);
  }
  return modelAround(builder, outputs.length === 0 ? [values.at(-1) as string] : outputs);
} // prettier-ignore

const feeds = { x: [0.3, -1.7, 2.1], y: [-0.4, 0.9, 1.1] };

describe("random graphs", () => {
  const passes: Record<string, (model: Model) => Model> = {
    "equal nodes become one": (model) => ({ ...model, graph: mergeEqualNodes(model.graph) }),
    "what no output needs goes": (model) => ({ ...model, graph: removeDeadNodes(model.graph) }),
    "what can run early comes early": (model) => ({ ...model, graph: earliestFirst(model.graph) }),
    "all of simplify": (model) => simplify(model, new Map()).model,
  };
  test.each(Object.entries(passes))("%s", { timeout: 120_000 }, async (_, pass) => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const model = randomModel(given);
        const changed = pass(model);
        checkModel(changed);
        expect(changed.graph.nodes.length).toBeLessThanOrEqual(model.graph.nodes.length);
        expect(await run(changed, feeds)).toEqual(await run(model, feeds));
      }),
      { numRuns: 60 },
    );
  });

  test("nothing is left to merge or to remove", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const once = removeDeadNodes(mergeEqualNodes(randomModel(given).graph));
        expect(removeDeadNodes(mergeEqualNodes(once)).nodes).toEqual(once.nodes);
      }),
    );
  });
});

test("inputs that may change places are no difference; attributes, operators and random numbers are", () => {
  const builder = new GraphBuilder();
  const [x, y] = [builder.input("x", "float32", [2, 2]), builder.input("y", "float32", [2, 2])];
  const merged = (...values: readonly string[]): number => {
    const sum = values.reduce((one, other) => builder.node("Concat", [one, other], { axis: int(0) }));
    return removeDeadNodes(mergeEqualNodes(builder.finish([sum]))).nodes.length - (values.length - 1);
  };
  expect(merged(builder.node("Add", [x, y]), builder.node("Add", [y, x]))).toBe(1);
  expect(merged(builder.node("Mul", [x, y]), builder.node("Mul", [y, x]))).toBe(1);
  expect(merged(builder.node("Sub", [x, y]), builder.node("Sub", [y, x]))).toBe(2);
  const turn = (order: readonly number[]): string => builder.node("Transpose", [x], { perm: ints(order) });
  expect(merged(turn([1, 0]), turn([1, 0]))).toBe(1);
  expect(merged(turn([1, 0]), turn([0, 1]))).toBe(2);
  const noise = (): string => builder.node("Dropout", [x, builder.scalar(0.5, x), builder.constant("bool", [], [1])]);
  expect(merged(noise(), noise())).toBe(2);
  expect(merged(builder.node("Tanh", [builder.node("Neg", [x])]), builder.node("Tanh", [builder.node("Neg", [x])]))).toBe(2);
});

const graph = (value: Graph): Attribute => ({ kind: "graph", value });

describe("If", () => {
  /** y = x flattened where it has three dimensions, as exporters of Squeeze and of interpolation write it. */
  const choosing = modelOf({
    inputs: [valueOf("x", ["n"])],
    outputs: [valueOf("y", ["n"])],
    initializers: [tensorFrom("three", "int64", [1], [3]), tensorFrom("two", "float32", [], [2])],
    nodes: [
      nodeOf("size = Shape(x)"),
      nodeOf("isThree = Equal(size, three)"),
      nodeOf("chosen = If(isThree)", {
        then_branch: graph(graphOf({ nodes: [nodeOf("t = Mul(x, two)"), nodeOf("u = Neg(t)")], outputs: [valueOf("u", null)] })),
        else_branch: graph(graphOf({ initializers: [tensorFrom("t", "float32", [], [5])], nodes: [nodeOf("u = Add(x, t)")], outputs: [valueOf("u", null)] })),
      }),
      nodeOf("y = Add(chosen, x)"),
    ],
  }); // prettier-ignore

  test.each([[[1, -2, 4]], [[1, 2]]])("the branch that %j takes stands in its place", async (x) => {
    const plain = resolveControlFlow(choosing, new Map([["x", [x.length]]]));
    checkModel(plain);
    expect(plain.graph.nodes.every(({ opType }) => opType !== "If")).toBe(true);
    expect(await run(plain, { x })).toEqual(await run(choosing, { x }));
    const simple = simplify(choosing, new Map([["x", [x.length]]])).model;
    expect(simple.graph.nodes.map(({ opType }) => opType)).toEqual(x.length === 3 ? ["Mul", "Neg", "Add"] : ["Add", "Add"]);
    expect(await run(simple, { x })).toEqual(await run(choosing, { x }));
  });

  test("a condition that pictures decide is told; not where no output needs it", () => {
    const late = [nodeOf("size = ReduceSum(x)"), nodeOf("isThree = Greater(size, two)"), ...choosing.graph.nodes.slice(2)];
    const model = { ...choosing, graph: { ...choosing.graph, nodes: late } };
    expect(() => resolveControlFlow(model, new Map([["x", [3]]]))).toThrow(
      'The If node "chosen" chooses by "isThree", which is known only when it runs',
    );
    const unneeded = { ...model, graph: { ...model.graph, nodes: [...late.slice(0, -1), nodeOf("y = Neg(x)")] } };
    expect(resolveControlFlow(unneeded, new Map([["x", [3]]])).graph.nodes.map(({ opType }) => opType)).toEqual(["Neg"]);
  });
});

describe("Loop", () => {
  interface Rounds {
    readonly limit: number;
    /** Goes on while the round is below it. */
    readonly below?: number;
    readonly goesOn?: string;
  }
  /** v <- v + x * round, the rows v * 2 collected. */
  const looping = ({ limit, below = 1000, goesOn = "goes = Less(i, below)" }: Rounds): Model =>
    modelOf({
      inputs: [valueOf("x", [2])],
      outputs: [valueOf("last", [2]), valueOf("rows", [null, 2])],
      initializers: [
        tensorFrom("limit", "int64", [], [limit]),
        tensorFrom("begin", "bool", [], [1]),
        tensorFrom("below", "int64", [], [below]),
        tensorFrom("two", "float32", [], [2]),
      ],
      nodes: [
        nodeOf("last, rows = Loop(limit, begin, x)", {
          body: graph(
            graphOf({
              inputs: [
                { ...valueOf("i", []), type: { elementType: "int64", shape: [] } },
                { ...valueOf("was", []), type: { elementType: "bool", shape: [] } },
                valueOf("v", [2]),
              ],
              outputs: [{ ...valueOf("goes", []), type: { elementType: "bool", shape: [] } }, valueOf("next", [2]), valueOf("row", [2])],
              nodes: [
                nodeOf("number = Cast(i)", { to: int(1) }),
                nodeOf("share = Mul(x, number)"),
                nodeOf("next = Add(v, share)"),
                nodeOf("row = Mul(next, two)"),
                nodeOf(goesOn),
              ],
            }),
          ),
        }),
      ],
    });

  test.each([{ limit: 4 }, { limit: 1 }, { limit: 20, below: 3 }, { limit: 3, goesOn: "goes = Identity(was)" }])("%j", async (rounds) => {
    const model = looping(rounds);
    const plain = resolveControlFlow(model, new Map());
    checkModel(plain);
    expect(plain.graph.nodes.some(({ opType }) => opType === "Loop")).toBe(false);
    const x = { x: [1.5, -0.25] };
    expect(await run(plain, x)).toEqual(await run(model, x));
    expect(await run(simplify(model, new Map()).model, x)).toEqual(await run(model, x));
  });

  test("too many rounds, none to collect, and an end that the numbers decide are told", () => {
    expect(() => resolveControlFlow(looping({ limit: 100 }), new Map())).toThrow('The Loop node "last" runs more than 64 times');
    expect(() => resolveControlFlow(looping({ limit: 0 }), new Map())).toThrow("collects rows of no round at all");
    const late = looping({ limit: 3, goesOn: "goes = IsNaN(share)" });
    expect(() => resolveControlFlow(late, new Map())).toThrow("goes on by a value that is known only when it runs");
  });

  test("an If inside a Loop", async () => {
    const model = looping({ limit: 4 });
    const [loop] = model.graph.nodes;
    const body = loop?.attributes.get("body");
    if (body?.kind !== "graph") throw new Error("no body");
    const branch = (opType: string): Attribute =>
      graph(graphOf({ nodes: [nodeOf(`w = ${opType}(next, two)`)], outputs: [valueOf("w", null)] }));
    const nodes = body.value.nodes.map((node) =>
      node.outputs[0] === "row" ? nodeOf("row = If(isLate)", { then_branch: branch("Sub"), else_branch: branch("Mul") }) : node,
    );
    const changed = { ...body.value, nodes: [nodeOf("isLate = Greater(i, one)"), ...nodes] };
    const nested = {
      ...model,
      graph: {
        ...model.graph,
        initializers: [...model.graph.initializers, tensorFrom("one", "int64", [], [1])],
        nodes: [nodeOf("last, rows = Loop(limit, begin, x)", { body: graph(changed) })],
      },
    };
    const x = { x: [1.5, -0.25] };
    expect(await run(resolveControlFlow(nested, new Map()), x)).toEqual(await run(nested, x));
  });
});

test("a node comes as early as what it takes allows, after those that could come before it", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [3]);
  const chain = builder.node("Tanh", [builder.node("Sigmoid", [builder.node("Neg", [x])])]);
  const mask = builder.node("Abs", [x]);
  const graph = earliestFirst(modelAround(builder, [builder.node("Mul", [chain, mask])]).graph);
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Neg", "Abs", "Sigmoid", "Tanh", "Mul"]);
});
