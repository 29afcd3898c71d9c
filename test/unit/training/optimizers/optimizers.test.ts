import { describe, expect, test } from "vitest";

import type { OptimizerName, OptimizerOptions } from "#engine/training/optimizers/optimizer.ts";

import { descend, gradientOf, pulled, type Pulled } from "../step/quadratic.ts";

const rates = [0.1, 0.2, 0.05, 0.3, 0.1];
const base: OptimizerOptions = { momentum: 0.9, decay: 0.1, nesterov: false, beta1: 0.9, beta2: 0.99, trust: 0.02 };

type Reference = (
  given: { value: number[]; gradient: number[]; decays: boolean; rate: number; step: number; memory: number[][] },
  options: OptimizerOptions,
) => number[];

/** torch.optim.SGD in plain arithmetic. */
const sgd: Reference = ({ value, gradient, decays, rate, memory }, { momentum, decay, nesterov }) => {
  memory[0] ??= value.map(() => 0);
  const [velocity] = memory as [number[]];
  return value.map((each, at) => {
    const pull = (gradient[at] as number) + (decays ? decay * each : 0);
    velocity[at] = momentum * (velocity[at] as number) + pull;
    return each - rate * (nesterov ? pull + momentum * velocity[at] : velocity[at]);
  });
};

/** torch.optim.Adam, and AdamW where decay is apart. */
const adam =
  (isApart: boolean): Reference =>
  ({ value, gradient, decays, rate, step, memory }, { beta1, beta2, decay }) => {
    memory[0] ??= value.map(() => 0);
    memory[1] ??= value.map(() => 0);
    const [first, second] = memory as [number[], number[]];
    const own = decays ? decay : 0;
    return value.map((each, at) => {
      const pull = (gradient[at] as number) + (isApart ? 0 : own * each);
      first[at] = beta1 * (first[at] as number) + (1 - beta1) * pull;
      second[at] = beta2 * (second[at] as number) + (1 - beta2) * pull * pull;
      const [mean, square] = [first[at] / (1 - beta1 ** step), second[at] / (1 - beta2 ** step)];
      return each * (isApart ? 1 - rate * own : 1) - (rate * mean) / (Math.sqrt(square) + 1e-8);
    });
  };

/** You et al. 2017 as torch users know it (LARC without clipping): what decays is scaled by trust |w| / |g + decay w|, the rest takes plain steps. */
const lars: Reference = (given, options) => {
  const { value, gradient, decays } = given;
  if (!decays) return sgd({ ...given, decays: false }, options);
  const pull = gradient.map((each, at) => each + options.decay * (value[at] as number));
  const [weights, length] = [Math.hypot(...value), Math.hypot(...pull)];
  const ratio = weights === 0 ? 1 : (options.trust * weights) / length;
  return sgd({ ...given, gradient: pull.map((each) => each * ratio), decays: false }, options);
};

const references: Readonly<Record<OptimizerName, Reference>> = { sgd, adam: adam(false), adamw: adam(true), lars };

async function compare(
  optimizer: OptimizerName,
  changes: Partial<OptimizerOptions> = {},
  parameters: readonly Pulled[] = pulled,
): Promise<void> {
  const options = { ...base, ...changes };
  const { states } = await descend({ optimizer, options, rates, parameters });
  for (const each of parameters) {
    let value = [...each.begin];
    const memory: number[][] = [];
    for (const [at, rate] of rates.entries()) {
      value = references[optimizer](
        { value, gradient: gradientOf(each, value), decays: each.shape.length > 1, rate, step: at + 1, memory },
        options,
      );
      const seen = states[at + 1]?.get(each.name) as number[];
      seen.forEach((number, index) => expect(number, `${each.name} after step ${at + 1}`).toBeCloseTo(value[index] as number, 4));
    }
  }
}

describe("five steps against plain references; biases are not decayed", () => {
  test.each<[string, OptimizerName, Partial<OptimizerOptions>]>([
    ["SGD with momentum and decay", "sgd", {}],
    ["SGD without momentum", "sgd", { momentum: 0, decay: 0 }],
    ["SGD by Nesterov", "sgd", { nesterov: true }],
    ["Adam, decay within the gradient", "adam", {}],
    ["AdamW, decay apart", "adamw", {}],
    ["AdamW without decay", "adamw", { decay: 0, beta1: 0.5 }],
    ["LARS", "lars", {}],
    ["LARS without decay", "lars", { decay: 0, trust: 0.5 }],
  ])("%s", (_, optimizer, options) => compare(optimizer, options));

  test("LARS moves weights that begin at 0", () => {
    const [matrix] = pulled as [Pulled];
    return compare("lars", { decay: 0 }, [{ ...matrix, begin: matrix.begin.map(() => 0) }]);
  });

  test("decay matters: without it the matrix ends elsewhere and the bias at the same place", async () => {
    const [one, other] = await Promise.all([base.decay, 0].map((decay) => descend({ optimizer: "sgd", options: { decay }, rates })));
    const last = rates.length;
    expect(one?.states[last]?.get("bias")).toEqual(other?.states[last]?.get("bias"));
    expect(one?.states[last]?.get("matrix")).not.toEqual(other?.states[last]?.get("matrix"));
  });
});
