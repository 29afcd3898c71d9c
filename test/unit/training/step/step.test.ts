import { describe, expect, test } from "vitest";

import { BugError } from "#engine/base/errors.ts";

import { descend, gradientOf, pulled, type Pulled } from "./quadratic.ts";

const plain = { momentum: 0, decay: 0 };

function close(seen: readonly number[] | undefined, expected: readonly number[]): void {
  expect(seen).toHaveLength(expected.length);
  expected.forEach((value, at) => expect(seen?.[at]).toBeCloseTo(value, 4));
}

test("the loss and the length of the gradient are told", async () => {
  const { metrics } = await descend({ optimizer: "sgd", options: plain, rates: [0.1] });
  const loss = pulled.reduce(
    (sum, each) =>
      sum + each.begin.reduce((part, value, at) => part + (each.stiffness / 2) * (value - (each.target[at] as number)) ** 2, 0),
    0,
  );
  expect(metrics[0]?.get("loss")).toBeCloseTo(loss, 4);
  expect(metrics[0]?.get("gradientNorm")).toBeCloseTo(Math.hypot(...pulled.flatMap((each) => gradientOf(each, each.begin))), 4);
});

test("a gradient that is too long is shortened, all parameters together; a short one stays", async () => {
  const length = Math.hypot(...pulled.flatMap((each) => gradientOf(each, each.begin)));
  for (const clip of [length / 3, length * 3]) {
    const { states, metrics } = await descend({ optimizer: "sgd", options: plain, rates: [0.1], clip });
    const factor = Math.min(1, clip / length);
    for (const each of pulled) close(states[1]?.get(each.name), gradientOf(each, each.begin).map((pull, at) => (each.begin[at] as number) - 0.1 * factor * pull)); // prettier-ignore
    // What is told is the length before.
    expect(metrics[0]?.get("gradientNorm")).toBeCloseTo(length, 4);
  }
});

test("a parameter may have a rate of its own, and something done to it after each step", async () => {
  const [matrix] = pulled as [Pulled];
  const { states } = await descend({
    optimizer: "sgd",
    options: plain,
    rates: [0.1],
    parameters: [],
    more: ({ draft }) => {
      const { operators } = draft;
      const rateScale = operators.number(0.5);
      draft.parameter(matrix.name, matrix.shape, () => Float32Array.from(matrix.begin), {
        rateScale,
        after: (value) => operators.unary("Neg", value),
      });
    },
    last: ({ draft }) => {
      const off = draft.operators.subtract(matrix.name, draft.builder.constant("float32", matrix.shape, matrix.target));
      return draft.operators.scale(draft.operators.total(draft.operators.multiply(off, off)), matrix.stiffness / 2);
    },
  });
  const expected = gradientOf(matrix, matrix.begin).map((pull, at) => -((matrix.begin[at] as number) - 0.05 * pull));
  close(states[1]?.get(matrix.name), expected);
});

describe("slow copies", () => {
  const keep = 0.75;
  const average = (copy: readonly number[], value: readonly number[]): number[] =>
    copy.map((each, at) => keep * each + (1 - keep) * (value[at] as number));

  test.each(["before", "after"] as const)("that move %s the optimizer", async (when) => {
    const { states } = await descend({
      optimizer: "sgd",
      options: plain,
      rates: [0.2, 0.2, 0.2],
      more: ({ draft, momentum }) => {
        const slow = momentum(draft.operators.number(keep), when);
        // Twice the same: one copy.
        expect(slow.of("matrix")).toBe(slow.of("matrix"));
      },
    });
    let copy = states[0]?.get("momentum/matrix") as number[];
    expect(copy).toEqual(states[0]?.get("matrix"));
    for (let step = 1; step < states.length; step++) {
      copy = average(copy, states[when === "before" ? step - 1 : step]?.get("matrix") as number[]);
      close(states[step]?.get("momentum/matrix"), copy);
    }
    // Only what was asked for has a copy.
    expect(states[0]?.has("momentum/bias")).toBe(false);
  });

  test("no gradient goes through them; a step has one such network; others than parameters have no copy", async () => {
    const [matrix] = pulled as [Pulled];
    const told = await descend({
      optimizer: "sgd",
      options: plain,
      rates: [0.1],
      parameters: [matrix],
      more: ({ draft, momentum }) => {
        const slow = momentum(draft.operators.number(keep), "before");
        draft.metric("copy", draft.operators.total(slow.of("matrix")));
        expect(() => slow.of("nothing")).toThrow(BugError);
        expect(() => momentum(draft.operators.number(keep), "after")).toThrow(BugError);
      },
    });
    expect(told.metrics[0]?.get("copy")).toBeCloseTo(
      matrix.begin.reduce((sum, value) => sum + value, 0),
      4,
    );
  });
});

test("a state that nobody updates, or two do, is a bug", async () => {
  await expect(
    descend({ optimizer: "sgd", rates: [], more: ({ draft }) => void draft.state("lonely", [1], () => new Float32Array(1)) }),
  ).rejects.toThrow(/"lonely" is never updated/);
  const twice = descend({
    optimizer: "sgd",
    rates: [],
    more: ({ draft }) => {
      const state = draft.state("twice", [], () => new Float32Array(1));
      draft.update(state, draft.operators.shift(state, 1));
      draft.update(state, draft.operators.shift(state, 2));
    },
  });
  await expect(twice).rejects.toThrow(/"twice" is updated twice/);
});
