import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { textTower } from "#engine/training/heads/text-tower.ts";
import { clip } from "#engine/training/methods/clip.ts";
import type { MethodContext } from "#engine/training/methods/method.ts";
import { Draft } from "#engine/training/step/draft.ts";

import { openTiny, stateOf } from "../tiny-training.ts";

/** What the tower makes of texts. */
async function read(texts: readonly (readonly number[])[], layers: number): Promise<number[][]> {
  const builder = new GraphBuilder(17);
  const draft = new Draft(builder);
  const length = texts[0]?.length ?? 0;
  const context = { draft, random: createRandom(3), online: { label: "online", of: (name: string) => name, keepsStatistics: true } };
  const tokens = draft.feed("tokens", "int64", [texts.length, length]);
  const made = textTower(context as unknown as MethodContext, { tokens, vocabulary: 300, width: 8, layers, heads: 2, outputs: 5 });
  const state = [...draft.initial.keys()].map((input) => ({ input, output: builder.node("Identity", [input]) }));
  const graph = { model: modelOf(builder, [made, ...state.map(({ output }) => output)]), state };
  const executor = await openOnnxRuntimeExecutor(graph, draft.initial, { threads: 1, device: "cpu" });
  const results = await executor.step(
    new Map([["tokens", { type: "int64", shape: [texts.length, length], data: BigInt64Array.from(texts.flat(), BigInt) }]]),
  );
  const data = [...(results.get(made)?.data as Float32Array)];
  await executor.close();
  return texts.map((_, row) => data.slice(5 * row, 5 * row + 5));
}

function expectAlike(one: readonly number[], other: readonly number[]): void {
  one.forEach((value, at) => expect(value).toBeCloseTo(other[at] as number, 5));
}

describe("the text tower", () => {
  for (const layers of [0, 2])
    test(`with ${layers} layers reads what is there and not what fills up`, async () => {
      const [short, long, other] = [
        await read([[7, 9]], layers),
        await read([[7, 9, 0, 0, 0]], layers),
        await read([[7, 8, 0, 0, 0]], layers),
      ];
      if (layers === 0) expectAlike(short[0] as number[], long[0] as number[]);
      // Places are drawn for the whole length, so only texts of one length compare; others in the batch change nothing.
      const beside = await read(
        [
          [7, 9, 0, 0, 0],
          [50, 60, 70, 80, 90],
        ],
        layers,
      );
      expectAlike(long[0] as number[], beside[0] as number[]);
      expect(long[0]).not.toEqual(other[0]);
    });

  test("a bag does not know the order, attention does", async () => {
    const orders = [
      [7, 9, 11],
      [11, 9, 7],
    ];
    const [bag, attention] = [await read(orders, 0), await read(orders, 1)];
    expectAlike(bag[0] as number[], bag[1] as number[]);
    expect(Math.max(...(attention[0] as number[]).map((value, at) => Math.abs(value - (attention[1]?.[at] as number))))).toBeGreaterThan(
      1e-3,
    );
  });

  test("an empty text is no trouble", async () => {
    for (const layers of [0, 1]) expect((await read([[0, 0, 0]], layers)).flat().every(Number.isFinite)).toBe(true);
  });
});

describe("clip", () => {
  test("the learnt sharpness stays within 1 and 100", async () => {
    const run = await openTiny({ method: clip, set: ["temperature=0.011"], rate: 0.5 });
    for (let at = 0; at < 15; at++) {
      await run.advance();
      const logarithm = ((await stateOf(run)).get("clip/sharpness") as Float32Array)[0] as number;
      expect(logarithm).toBeLessThanOrEqual(Math.log(100) + 1e-5);
      expect(logarithm).toBeGreaterThanOrEqual(0);
    }
    await run.executor.close();
  });
});
