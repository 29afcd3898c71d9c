/**
 * @file umapLayout on the twin and on every set of instructions here: the same edges and samples are drawn, one epoch moves every item to the
 * same place but for the error of the power, which both approximate, and the arguments are checked alike.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { isKernelError } from "#native/kernel-error.ts";
import { nativeVariants, typescriptKernels } from "#native/kernels.ts";
import type { UmapLayoutArguments } from "#native/twins/umap-layout.ts";

const variants = [{ level: "typescript", kernels: typescriptKernels("for the test") }, ...nativeVariants()];
const curve = { a: 1.5769434603, b: 0.8950608779 };

/** A random symmetric graph: item i with i + 1, i + 7 and i + 30; coordinates of standard deviation `spread`. */
function example(count: number, spread: number, seed: number): UmapLayoutArguments {
  const random = createRandom(seed);
  const around = [1, 7, 30].flatMap((step) => [step, count - step]);
  const offsets = Int32Array.from({ length: count + 1 }, (_, item) => item * around.length);
  const targets = Int32Array.from({ length: count * around.length }, (_, edge) => (Math.floor(edge / 6) + around[edge % 6]) % count);
  const snapshot = Float32Array.from({ length: 2 * count }, () => spread * random.normal());
  return {
    count,
    offsets,
    targets,
    steps: Uint32Array.from(targets, () => Math.min(2 ** 31, Math.floor(random.unit() * 2.2 * 2 ** 31))),
    phases: Uint32Array.from(targets, () => random.uint32() >>> 1),
    snapshot,
    coordinates: snapshot.slice(),
    ...curve,
    rate: 0.7,
    seed: 123456789,
    epoch: 3,
    from: 0,
    to: count,
    threads: 1,
  };
}

function copy(given: UmapLayoutArguments, changes: Partial<UmapLayoutArguments> = {}): UmapLayoutArguments {
  return { ...given, phases: given.phases.slice(), coordinates: given.coordinates.slice(), ...changes };
}

/** The same epoch with Math.pow and 64-bit floats. */
function slowEpoch(given: UmapLayoutArguments): { coordinates: number[]; drawn: number } {
  const { count, offsets, targets, steps, phases, snapshot, a, b, rate, seed, epoch } = given;
  const coordinates = Array.from(given.coordinates);
  const clip = (value: number): number => Math.max(-4, Math.min(4, value));
  const wide = (one: number, two: number): number => Number((BigInt(one >>> 0) * BigInt(two >>> 0)) & 0xffffffffn);
  let drawn = 0;
  for (let item = 0; item < count; item++) {
    let hash = (wide(seed ^ 0x9e3779b9, 0x85ebca6b) ^ wide(epoch + 1, 0xc2b2ae35) ^ wide(item + 1, 0x27d4eb2f)) >>> 0;
    hash = wide(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = wide(hash ^ (hash >>> 12), 0x297a2d39);
    let state = (hash ^ (hash >>> 15)) >>> 0;
    let [x, y] = [coordinates[2 * item], coordinates[2 * item + 1]];
    for (let edge = offsets[item]; edge < offsets[item + 1]; edge++) {
      if (phases[edge] + steps[edge] < 2 ** 31) continue;
      drawn++;
      const pulls: { other: number; weight: number; attracts: boolean }[] = [{ other: targets[edge], weight: 2, attracts: true }];
      for (let sample = 0; sample < 5; sample++) {
        state = (wide(state, 1664525) + 1013904223) % 2 ** 32;
        const place = Math.floor((state * (count - 1)) / 2 ** 32);
        pulls.push({ other: place >= item ? place + 1 : place, weight: 1, attracts: false });
      }
      let [moveX, moveY] = [0, 0];
      for (const { other, weight, attracts } of pulls) {
        const [dx, dy] = [x - snapshot[2 * other], y - snapshot[2 * other + 1]];
        const squared = dx * dx + dy * dy;
        if (squared === 0) continue;
        const power = squared ** b;
        const coefficient = attracts ? (-2 * a * b * power) / (squared * (1 + a * power)) : (2 * b) / ((0.001 + squared) * (1 + a * power));
        moveX += weight * clip(coefficient * dx);
        moveY += weight * clip(coefficient * dy);
      }
      x += rate * moveX;
      y += rate * moveY;
    }
    coordinates[2 * item] = x;
    coordinates[2 * item + 1] = y;
  }
  return { coordinates, drawn };
}

describe.each(variants)("umapLayout on $level", ({ kernels }) => {
  for (const [spread, seed] of [
    [10, 1],
    [1, 2],
    [1000, 3],
  ] as const)
    test(`one drawn edge moves as the formula says (spread ${spread})`, () => {
      const given = example(500, spread, seed);
      // One edge per item, so that no error is carried on.
      const steps = given.steps.map((_, edge) => (edge % 6 === 0 ? 2 ** 31 : 0));
      const expected = slowEpoch(copy(given, { steps }));
      const call = copy(given, { steps });
      expect(kernels.umapLayout(call)).toBe(500);
      call.coordinates.forEach((value, at) => expect(Math.abs(value - expected.coordinates[at])).toBeLessThan(2e-3 + 1e-6 * spread));
    });

  test("several edges an item: the same are drawn, and most items end in the same place", () => {
    const given = example(500, 10, 4);
    const expected = slowEpoch(given);
    const call = copy(given);
    expect(kernels.umapLayout(call)).toBe(expected.drawn);
    const far = Array.from(call.coordinates).filter((value, at) => Math.abs(value - expected.coordinates[at]) > 0.01);
    expect(far.length).toBeLessThan(10);
  });

  test("phases advance alike", () => {
    const given = example(300, 1, 5);
    const call = copy(given);
    kernels.umapLayout(call);
    expect(Array.from(call.phases)).toEqual(Array.from(given.phases, (phase, edge) => (phase + given.steps[edge]) % 2 ** 31));
  });

  test("ranges and threads change nothing", () => {
    const given = example(40_000, 10, 6);
    const whole = copy(given);
    kernels.umapLayout(whole);
    const parts = copy(given);
    for (const [from, to] of [
      [0, 1],
      [1, 4500],
      [4500, 40_000],
    ] as const)
      kernels.umapLayout({ ...parts, from, to });
    expect(parts.coordinates).toEqual(whole.coordinates);
    const threaded = copy(given, { threads: 4 });
    kernels.umapLayout(threaded);
    expect(threaded.coordinates).toEqual(whole.coordinates);
  });

  test("coinciding and far points stay finite", () => {
    const given = example(200, 0, 7);
    const spot = copy(given);
    kernels.umapLayout(spot);
    expect(spot.coordinates.every(Number.isFinite)).toBe(true);
    const far = copy(example(200, 1e6, 8));
    kernels.umapLayout(far);
    expect(far.coordinates.every(Number.isFinite)).toBe(true);
  });

  test("nothing to do", () => {
    const empty = { ...example(200, 1, 9), count: 0, offsets: new Int32Array(1), targets: new Int32Array(0), steps: new Uint32Array(0) };
    expect(
      kernels.umapLayout({ ...empty, phases: new Uint32Array(0), snapshot: new Float32Array(0), coordinates: new Float32Array(0), to: 0 }),
    ).toBe(0);
  });

  test("wrong arguments are refused", () => {
    const given = example(200, 1, 10);
    const wrong: [Record<string, unknown>, string][] = [
      [{ offsets: new Int32Array(200) }, "wrong-length"],
      [{ targets: new Float32Array(1200) }, "wrong-type"],
      [{ steps: new Uint32Array(3) }, "wrong-length"],
      [{ snapshot: new Float32Array(3) }, "wrong-length"],
      [{ rate: Number.NaN }, "not-finite"],
      [{ b: 0 }, "out-of-range"],
      [{ to: 201 }, "out-of-range"],
      [{ threads: 0 }, "out-of-range"],
      [{ targets: given.targets.map(() => 200) }, "out-of-range"],
      [{ targets: given.targets.map(() => -1) }, "out-of-range"],
      [{ offsets: given.offsets.map((offset) => offset + 1) }, "out-of-range"],
      [{ offsets: given.offsets.map((offset) => offset - 1) }, "out-of-range"],
    ];
    for (const [changes, code] of wrong) {
      let thrown: unknown = null;
      try {
        kernels.umapLayout({ ...copy(given), ...changes } as UmapLayoutArguments);
      } catch (error) {
        thrown = error;
      }
      expect(isKernelError(thrown), JSON.stringify(Object.keys(changes))).toBe(true);
      expect(thrown).toMatchObject({ code });
    }
  });
});
