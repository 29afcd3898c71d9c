import { expect, test } from "vitest";

import { Turns } from "../../../renderer/state/turns.ts";

const ignore = { failed: (error: unknown): void => void error };

test("calls meanwhile are answered by one more turn, and the end comes once", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  let release = (): void => undefined;
  const work = async (): Promise<void> => {
    seen.push("begun");
    await new Promise<void>((resolve) => (release = resolve));
  };
  const first = turns.take(work, { ...ignore, done: () => seen.push("done"), ended: () => seen.push("ended") });
  await turns.take(work, ignore);
  await turns.take(work, ignore);
  expect(turns.again).toBe(true);
  release();
  await expect.poll(() => seen.length).toBe(2);
  release();
  await first;
  expect(seen).toEqual(["begun", "begun", "done", "ended"]);
});

test("a failure ends it, what was asked meanwhile included, and the next call begins anew", async () => {
  const turns = new Turns();
  const failures: unknown[] = [];
  let runs = 0;
  const work = (): Promise<void> => {
    runs++;
    turns.ask();
    return Promise.reject(new Error("gone"));
  };
  await turns.take(work, { failed: (error) => failures.push(error), done: () => failures.push("done") });
  expect([runs, failures.length]).toEqual([1, 1]);
  await turns.take(() => Promise.resolve(void runs++), ignore);
  expect(runs).toBe(2);
});
