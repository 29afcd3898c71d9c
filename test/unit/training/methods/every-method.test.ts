import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { methodIds, methods, type MethodId } from "#engine/training/methods/table.ts";

import { openTiny, stateOf } from "../tiny-training.ts";

const steps = 20;

interface Case {
  readonly id: MethodId;
  readonly set?: readonly string[];
  /** What enters the queue are the very pictures of the test, so the task grows harder: compared only with a net that does not learn. */
  readonly hasQueue?: boolean;
}

const cases: readonly Case[] = [
  ...methodIds.map((id): Case => ({ id, hasQueue: id === "moco" || id === "distill" })),
  { id: "moco", set: ["symmetric=0", "queue=100"], hasQueue: true },
  { id: "swav", set: ["crops=2", "queue=0"] },
  { id: "swav", set: ["crops=1", "queue=20", "queueFrom=0", "frozen=0"] },
  { id: "triplet", set: ["mining=1"] },
  { id: "supcon", set: ["views=3", "base=0.07"] },
  { id: "cluster", set: ["clusters=3", "spread=1"] },
  { id: "dense", set: ["queue=60"], hasQueue: true },
  { id: "clip", set: ["layers=1", "width=16", "heads=2", "length=8"] },
  { id: "clip", set: ["clusters=2", "spread=1"] },
  { id: "diet", set: ["views=2"] },
];

async function losses(given: Case, rate?: number): Promise<number[]> {
  const run = await openTiny({ method: methods[given.id], set: given.set ?? [], ...(rate === undefined ? {} : { rate }) });
  const found: number[] = [];
  for (let at = 0; at < steps; at++) found.push((await run.advance()).get("loss") as number);
  await run.executor.close();
  return found;
}

describe("every method", () => {
  for (const given of cases)
    test(`${[given.id, ...(given.set ?? [])].join(" ")}: learns`, async () => {
      const learning = await losses(given);
      expect(learning.every(Number.isFinite)).toBe(true);
      expect(learning.at(-1)).toBeLessThan((await losses(given, 0)).at(-1) as number);
      if (given.hasQueue !== true) expect(learning.at(-1)).toBeLessThan(learning[0] as number);
    });

  for (const id of methodIds)
    test(`${id}: two runs of one seed are equal to the bit, another seed is not`, async () => {
      const states = [];
      for (const seed of [5, 5, 6]) {
        const run = await openTiny({ method: methods[id], seed });
        for (let at = 0; at < 3; at++) await run.advance();
        states.push(await stateOf(run));
        await run.executor.close();
      }
      expect(states[1]).toEqual(states[0]);
      expect(states[2]).not.toEqual(states[0]);
    });

  for (const given of cases)
    test(`${[given.id, ...(given.set ?? [])].join(" ")}: finite where all pictures are one and the same`, async () => {
      const run = await openTiny({ method: methods[given.id], set: given.set ?? [], isCollapsed: true });
      for (let at = 0; at < 3; at++) for (const [name, value] of await run.advance()) expect(Number.isFinite(value), name).toBe(true);
      for (const [name, data] of await stateOf(run)) expect(data.every(Number.isFinite), name).toBe(true);
      await run.executor.close();
    });

  test("the table: each under its own name, with sound defaults and a source", () => {
    expect(Object.keys(methods)).toEqual([...methodIds]);
    for (const [id, method] of Object.entries(methods)) {
      expect(method.id).toBe(id);
      expect(method.source).toMatch(/\d{4}/);
      for (const { value, low, high, whole = false, help } of Object.values(method.settings)) {
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
        expect(whole && !Number.isInteger(value)).toBe(false);
        expect(help.length).toBeGreaterThan(10);
      }
    }
  });

  test("each loss names where it is from and has a test of its own", () => {
    const folder = new URL("../../../../electron/engine/training/losses/", import.meta.url);
    const tests = new Set(readdirSync(new URL("../losses/", import.meta.url)));
    for (const file of readdirSync(folder).filter((name) => name !== "pairs.ts")) {
      expect(tests).toContain(file.replace(".ts", ".test.ts"));
      expect(readFileSync(new URL(file, folder), "utf8"), file).toMatch(/et al\.|LeCun|own design/);
    }
  });
});
