/**
 * @file When hints become a batch: after quiet, at the latest after a while, one batch at a time, and none twice or never.
 */
import fc from "fast-check";
import { expect, test } from "vitest";

import { createHintCollector } from "#engine/watch/hint-collector.ts";

import { manualTime } from "../../helpers/manual-timers.ts";

interface Bench {
  readonly time: ReturnType<typeof manualTime>;
  /** What was handed over, and when. */
  readonly batches: { readonly atMs: number; readonly hints: readonly string[] }[];
  readonly add: (...hints: string[]) => void;
  readonly close: () => Promise<void>;
}

/** @param workMs how long a batch is worked on */
function bench(workMs = 0): Bench {
  const time = manualTime();
  const batches: Bench["batches"] = [];
  const collector = createHintCollector<string>({
    keyOf: (hint) => hint,
    quietMs: 1000,
    longestMs: 3000,
    ...time,
    work: (hints) => {
      batches.push({ atMs: time.clock.monotonic(), hints });
      return new Promise((resolve) => void time.timers.after(workMs, resolve));
    },
  });
  return { time, batches, add: (...hints) => collector.add(hints), close: () => collector.close() };
}

test("a second of quiet ends a batch; the same path is told once", async () => {
  const { time, batches, add } = bench();
  add("a", "b");
  await time.advance(600);
  add("a", "c");
  await time.advance(999);
  expect(batches).toEqual([]);
  await time.advance(1);
  expect(batches).toEqual([{ atMs: 1600, hints: ["a", "b", "c"] }]);
  await time.advance(10_000);
  expect(batches).toHaveLength(1);
});

test("under a constant stream nothing waits more than three seconds", async () => {
  const { time, batches, add } = bench();
  for (let at = 0; at < 100; at++) {
    add(`file ${at}`);
    await time.advance(100);
  }
  await time.advance(1000);
  expect(batches.map(({ atMs }) => atMs)).toEqual([3000, 6000, 9000, 10_900]);
  expect(batches.flatMap(({ hints }) => hints)).toHaveLength(100);
});

test("what comes while a batch is worked on is the next one, at once where it has waited", async () => {
  const { time, batches, add } = bench(5000);
  add("a");
  await time.advance(1500);
  add("b", "a");
  await time.advance(1000);
  add("c");
  await time.advance(3499);
  expect(batches).toHaveLength(1);
  await time.advance(1);
  expect(batches[1]).toEqual({ atMs: 6000, hints: ["b", "a", "c"] });
});

test("closed, it hands over nothing more and waits for what is worked on", async () => {
  const { time, batches, add, close } = bench(2000);
  add("a");
  await time.advance(1000);
  add("b");
  let isClosed = false;
  const closing = close().then(() => (isClosed = true));
  await time.advance(1999);
  expect(isClosed).toBe(false);
  await time.advance(1);
  await closing;
  add("c");
  await time.advance(10_000);
  expect(batches).toHaveLength(1);
});

test("whatever comes whenever: every hint is handed over after it came, within the time, and never two batches at once", async () => {
  const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 2500 }), hint: fc.constantFrom("a", "b", "c", "d") }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 4000 }), async (list, workMs) => {
      const { time, batches, add } = bench(workMs);
      const came: { atMs: number; hint: string }[] = [];
      for (const { afterMs, hint } of list) {
        await time.advance(afterMs);
        add(hint);
        came.push({ atMs: time.clock.monotonic(), hint });
      }
      await time.advance(20_000);
      for (const { atMs, hint } of came) {
        const taken = batches.find((batch) => batch.atMs >= atMs && batch.hints.includes(hint));
        expect(taken?.atMs).toBeLessThanOrEqual(atMs + 3000 + workMs);
      }
      batches.forEach(({ atMs, hints }, index) => {
        expect(new Set(hints).size).toBe(hints.length);
        expect(hints.length).toBeGreaterThan(0);
        if (index > 0) expect(atMs).toBeGreaterThanOrEqual((batches[index - 1]?.atMs ?? 0) + workMs);
      });
    }),
    { numRuns: 60 },
  );
});
