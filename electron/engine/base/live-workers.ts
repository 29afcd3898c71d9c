/**
 * @file Worker threads that have not ended yet. A process that leaves while one is on its way out of an addon is ended by it (an uncaught Napi::Error), after all its work was done.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";

const living = new Set<Worker>();

/** Counts a worker until it ends. */
export function counted(worker: Worker): Worker {
  living.add(worker);
  worker.once("exit", () => living.delete(worker));
  return worker;
}

/** Until no counted worker is left, or for so long. */
export async function workersGone(patienceMs: number): Promise<void> {
  const waiting = new AbortController();
  const ends = Array.from(living, (worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve())));
  await Promise.race([Promise.all(ends), sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}
