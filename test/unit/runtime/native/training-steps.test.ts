import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { expect, test } from "vitest";

import type { Executor, HostTensor } from "#engine/runtime/training/executor.ts";
import { nativeTrainingMissing, openNativeExecutor } from "#engine/runtime/training/native-executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { float, GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { trainingDomain } from "#engine/onnx/shapes/training.ts";
import { loadTraining, type TrainingKernels } from "#native/training.ts";
import { efficientNetStep, resnetStep, type StepCase } from "../../../helpers/step-graphs.ts";
import { modelOf } from "../../onnx/small-models.ts";
import { compare, expectClose, withEachLevel } from "./against-onnxruntime.ts";

const nets: readonly (readonly [string, () => StepCase])[] = [
  ["resnet", () => resnetStep(6, 12, [16, 24, 40], 2)],
  ["efficientnet", () => efficientNetStep(4, 24, [[1, 3, 1, 16, 1], [6, 3, 2, 24, 2], [6, 5, 2, 40, 2]], 64)], // prettier-ignore
];

test.each(nets)("three steps of a small %s agree with ONNX Runtime", async (_, make) => {
  await withEachLevel(async () => {
    const given = make();
    const native = await openNativeExecutor(given.graph, given.initial, { threads: 2 });
    const standard = await openOnnxRuntimeExecutor(given.graph, given.initial, { threads: 2, device: "cpu" });
    expect(native.fallbacks).toEqual([]);
    for (let step = 0; step < 3; step++) {
      const [found, expected] = [await native.step(given.feeds), await standard.step(given.feeds)];
      for (const [name, tensor] of expected) expectClose(`step ${step}, ${name}`, found.get(name), tensor, 1e-4);
    }
    const [found, expected] = [await native.readState(), await standard.readState()];
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, tensor] of expected) expectClose(name, found.get(name), tensor, 1e-3);
    await native.close();
    await standard.close();
  });
});

test("the same to the last bit at every run and with any number of threads", async () => {
  const given = resnetStep(6, 12, [16, 24], 1);
  const run = async (threads: number): Promise<string> => {
    const executor = await openNativeExecutor(given.graph, given.initial, { threads });
    for (let step = 0; step < 3; step++) await executor.step(given.feeds);
    const state = await executor.readState();
    await executor.close();
    return digest(state);
  };
  const first = await run(2);
  expect(await run(2)).toBe(first);
  expect(await run(1)).toBe(first);
  expect(await run(5)).toBe(first);
});

test("state read out and put into a new executor goes on as if nothing had happened", async () => {
  const given = efficientNetStep(4, 16, [[6, 3, 2, 16, 2]], 32);
  const whole = await openNativeExecutor(given.graph, given.initial, { threads: 2 });
  await whole.step(given.feeds);
  const middle = await whole.readState();
  await whole.step(given.feeds);
  const resumed = await openNativeExecutor(given.graph, middle, { threads: 2 });
  await resumed.step(given.feeds);
  expect(digest(await resumed.readState())).toBe(digest(await whole.readState()));
  await whole.close();
  await resumed.close();
});

test("optimizers and averages, and state that changes places", async () => {
  const builder = new GraphBuilder(17);
  const shape = [5, 7];
  const [w, g, first, second, rate, step, keep] = [
    ...["w", "g", "first", "second"].map((name) => builder.input(name, "float32", shape)),
    ...["rate", "step", "keep"].map((name) => builder.input(name, "float32", [])),
  ] as [string, string, string, string, string, string, string];
  const settings = { beta1: float(0.8), beta2: float(0.95), decay: float(0.01) };
  const [newW = "", newFirst = "", newSecond = ""] = builder.training("AdamStep", [w, g, first, second, rate, step], 3, settings);
  const shadow = builder.input("shadow", "float32", shape);
  const [newShadow = ""] = builder.training("Average", [shadow, newW, keep], 1);
  const [one, other] = [builder.input("one", "float32", shape), builder.input("other", "float32", shape)];
  const changed = builder.node("Add", [w, builder.node("Mul", [newShadow, one])]);
  const passed = builder.node("Identity", [one]);
  const pairs = [["w", newW], ["first", newFirst], ["second", newSecond], ["shadow", newShadow], ["one", other], ["other", passed]] as const; // prettier-ignore
  const state = pairs.map(([input, output]) => ({ input, output: output === other ? builder.node("Identity", [other]) : output }));
  const graph = { model: { ...modelOf(builder.finish([changed, ...state.map(({ output }) => output)])), opsets: new Map([["", 17], [trainingDomain, 1]]) }, state }; // prettier-ignore
  const numbers = (seed: number): HostTensor => ({
    type: "float32",
    shape,
    data: Float32Array.from({ length: 35 }, (_, at) => Math.abs(Math.sin(at * seed))),
  });
  const initial = new Map(state.map(({ input }, index) => [input, numbers(index + 1)]));
  const scalar = (value: number): HostTensor => ({ type: "float32", shape: [], data: Float32Array.of(value) });
  const executors: Executor[] = [
    await openNativeExecutor(graph, initial, { threads: 2 }),
    await openOnnxRuntimeExecutor(graph, initial, { threads: 1, device: "cpu" }),
  ];
  for (let at = 1; at < 4; at++) {
    const feeds = new Map([["g", numbers(9 + at)], ["rate", scalar(0.1)], ["step", scalar(at)], ["keep", scalar(0.9)]]); // prettier-ignore
    const [found, expected] = await Promise.all(executors.map((executor) => executor.step(feeds)));
    expectClose("changed", found?.get(changed), expected?.get(changed), 1e-5);
  }
  const [found, expected] = await Promise.all(executors.map((executor) => executor.readState()));
  for (const { input } of state) expectClose(input, found?.get(input), expected?.get(input), 1e-5);
  await Promise.all(executors.map((executor) => executor.close()));
});

test("BatchNormalization with what stands behind it", async () => {
  await withEachLevel(() =>
    compare({
      build: (builder) => {
        const pair = (name: string): [string, string] => [
          builder.input(`${name}.scale`, "float32", [19]),
          builder.input(`${name}.bias`, "float32", [19]),
        ];
        const outputs: string[] = [];
        for (const [at, shape] of [
          [6, 19],
          [2, 19, 5, 4],
          [3, 19, 40],
        ].entries()) {
          // prettier-ignore
          const [x, g, residual] = ["x", "g", "r"].map((name) => builder.input(`${name}${at}`, "float32", shape)) as [string, string, string];
          for (const kind of ["none", "relu", "clip", "sum"]) {
            const [scale, bias] = pair(`${kind}${at}`);
            const [y = "", mean = "", variance = ""] = builder.training("BatchNormalizationTraining", [x, scale, bias], 3, {
              epsilon: float(1e-3),
            });
            const before = kind === "sum" ? builder.node("Add", [residual, y]) : y;
            const limited =
              kind === "none"
                ? y
                : kind === "clip"
                  ? builder.node("Clip", [before, builder.scalar(0, y), builder.scalar(1, y)])
                  : builder.node("Relu", [before]);
            const attributes = kind === "clip" ? { min: float(0), max: float(1) } : {};
            const passed =
              kind === "none"
                ? g
                : (builder.training(kind === "clip" ? "ClipGradient" : "ReluGradient", [g, limited], 1, attributes)[0] as string);
            const gradients = builder.training("BatchNormalizationGradient", [passed, x, scale, mean, variance], 3, {
              epsilon: float(1e-3),
            });
            outputs.push(
              builder.node("Neg", [limited]),
              mean,
              variance,
              ...gradients,
              ...(kind === "sum" ? [builder.node("Neg", [passed])] : []),
            );
          }
        }
        return outputs;
      },
      slack: 2e-5,
    }),
  );
});

test("from a worker thread, two programs at once", async () => {
  const given = resnetStep(4, 8, [16], 1);
  const here = await openNativeExecutor(given.graph, given.initial, { threads: 2 });
  const workers = [1, 2].map(() => new Worker(new URL("step-worker.ts", import.meta.url)));
  const states = workers.map(async (worker) => {
    // Asked for at once: a worker that is done may tell both without a pause between.
    const exited = once(worker, "exit");
    const [state] = (await once(worker, "message")) as [ReadonlyMap<string, HostTensor>];
    await exited;
    return digest(state);
  });
  await here.step(given.feeds);
  const own = digest(await here.readState());
  expect(await Promise.all(states)).toEqual([own, own]);
  await here.close();
});

test("without the addon it is unavailable, and says why", async () => {
  const given = resnetStep(4, 8, [16], 1);
  const before = process.env["LIKENESS_NATIVE"];
  process.env["LIKENESS_NATIVE"] = "off";
  try {
    expect(nativeTrainingMissing()).toMatch(/switched off/);
    await expect(openNativeExecutor(given.graph, given.initial, { threads: 1 })).rejects.toMatchObject({ code: "executor-unavailable" });
  } finally {
    if (before === undefined) delete process.env["LIKENESS_NATIVE"];
    else process.env["LIKENESS_NATIVE"] = before;
  }
});

test("programs that do not fit their memory are refused", async () => {
  const kernels = loadTraining() as TrainingKernels;
  const sgd = (offset: number): number[] => [14 - 1, 5, 8, 0.9, 0, 0, 0, 64, 128, 192, 0, offset, 0, 0].slice(0, 13);
  const open = (steps: readonly number[]): object => kernels.trainingOpen({ bytes: 256, threads: 1, steps: Float64Array.from(steps) });
  await kernels.trainingRun({ program: open([...sgd(64)].with(0, 12)), from: 0, to: 1 });
  await expect(kernels.trainingRun({ program: open([...sgd(250)].with(0, 12)), from: 0, to: 1 })).rejects.toThrow(/outside its memory/);
  await expect(kernels.trainingRun({ program: open([2, 5, 8]), from: 0, to: 1 })).rejects.toThrow(/cut short/);
  expect(() => open([40, 5])).toThrow(/cut wrongly/);
  expect(() => kernels.trainingRun({ program: {}, from: 0, to: 1 })).toThrow(/not an open training program/);
  const closed = open([2, 5, 8]);
  kernels.trainingClose({ program: closed });
  expect(() => kernels.trainingRun({ program: closed, from: 0, to: 1 })).toThrow(/closed/);
});

function digest(state: ReadonlyMap<string, HostTensor>): string {
  return [...state]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { data }]) => `${name}:${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")}`)
    .join("\n");
}
