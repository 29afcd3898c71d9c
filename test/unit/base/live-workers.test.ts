/** @file A process waits for worker threads that are on their way out, but not for ever. */
import { Worker } from "node:worker_threads";

import { expect, test } from "vitest";

import { counted, workersGone } from "#engine/base/live-workers.ts";

test("those that end are waited for, those that do not only so long", async () => {
  let ended = false;
  counted(new Worker("setTimeout(() => undefined, 50)", { eval: true })).once("exit", () => (ended = true));
  await workersGone(30_000);
  expect(ended).toBe(true);
  await workersGone(30_000);
  const stubborn = counted(new Worker("setInterval(() => undefined, 1000)", { eval: true }));
  await workersGone(10);
  expect(stubborn.threadId).toBeGreaterThan(0);
  await stubborn.terminate();
});
