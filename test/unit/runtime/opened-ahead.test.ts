/** @file A device opened before anybody is sure to need it: opened once, closed by whoever had it, and its failure heard only where it is asked for. */
import { expect, test } from "vitest";

import type { ChosenDevice } from "#engine/runtime/devices.ts";
import { openedAhead } from "#engine/runtime/opened-ahead.ts";

function countingDevice(): { readonly counts: { opened: number; closed: number }; readonly open: () => Promise<ChosenDevice> } {
  const counts = { opened: 0, closed: 0 };
  const close = (): Promise<void> => {
    counts.closed++;
    return Promise.resolve();
  };
  const open = (): Promise<ChosenDevice> => {
    counts.opened++;
    return Promise.resolve({ device: "cpu", session: { embed: () => Promise.reject(new Error("nothing is run")), close } });
  };
  return { counts, open };
}

test("started and never taken: closed", async () => {
  const { counts, open } = countingDevice();
  const ahead = openedAhead(open);
  ahead.start();
  ahead.start();
  await ahead.release();
  expect(counts).toEqual({ opened: 1, closed: 1 });
});

test("taken: opened once, and left to the taker", async () => {
  const { counts, open } = countingDevice();
  const ahead = openedAhead(open);
  ahead.start();
  const { session } = await ahead.take();
  await ahead.release();
  expect(counts).toEqual({ opened: 1, closed: 0 });
  await session.close();
  expect(counts.closed).toBe(1);
});

test("never started: opened when it is taken, nothing to close where it is not", async () => {
  const { counts, open } = countingDevice();
  await openedAhead(open).release();
  expect(counts).toEqual({ opened: 0, closed: 0 });
  await openedAhead(open).take();
  expect(counts.opened).toBe(1);
});

test("a device that cannot be opened is told to who takes it, and to nobody else", async () => {
  const ahead = openedAhead(() => Promise.reject(new Error("no such device")));
  ahead.start();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await expect(ahead.take()).rejects.toThrow("no such device");
  const other = openedAhead(() => Promise.reject(new Error("no such device")));
  other.start();
  await other.release();
});
