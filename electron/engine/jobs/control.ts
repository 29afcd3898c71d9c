/**
 * @file Pause and cancel across threads. A worker deep in a synchronous loop hears no messages, so the request lies in shared memory:
 * whoever reports progress looks at it, sleeps while it says pause and throws when it says cancel.
 */
import { CancellationError } from "../base/errors.ts";

const running = 0;
const paused = 1;
const cancelled = 2;

export interface JobControl {
  /** To hand to a worker. */
  readonly shared: SharedArrayBuffer;
  /** Aborted when cancelled. */
  readonly signal: AbortSignal;
  pause(): void;
  resume(): void;
  cancel(): void;
  readonly isPaused: boolean;
  /** Resolves at once while running, after `resume` while paused, rejects when cancelled. Call between batches. */
  gate(): Promise<void>;
}

export function createJobControl(): JobControl {
  const shared = new SharedArrayBuffer(4);
  const state = new Int32Array(shared);
  const controller = new AbortController();
  let waiting: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  const set = (value: number): void => {
    Atomics.store(state, 0, value);
    Atomics.notify(state, 0);
  };
  return {
    shared,
    signal: controller.signal,
    pause: () => {
      if (Atomics.load(state, 0) === running) set(paused);
    },
    resume: () => {
      if (Atomics.load(state, 0) !== paused) return;
      set(running);
      for (const each of waiting) each.resolve();
      waiting = [];
    },
    cancel: () => {
      set(cancelled);
      controller.abort();
      for (const each of waiting) each.reject(new CancellationError());
      waiting = [];
    },
    get isPaused() {
      return Atomics.load(state, 0) === paused;
    },
    gate: () => {
      const value = Atomics.load(state, 0);
      if (value === running) return Promise.resolve();
      if (value === cancelled) return Promise.reject(new CancellationError());
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
  };
}

/** In a worker: blocks while paused, throws `CancellationError` when cancelled. */
export function obeyControl(shared: SharedArrayBuffer): void {
  const state = new Int32Array(shared);
  while (Atomics.load(state, 0) === paused) Atomics.wait(state, 0, paused, 1000);
  if (Atomics.load(state, 0) === cancelled) throw new CancellationError();
}

/** In a worker: an AbortSignal whose `aborted` looks at the shared request, since no event can arrive while a loop runs. */
export function sharedSignal(shared: SharedArrayBuffer): AbortSignal {
  const state = new Int32Array(shared);
  const { signal } = new AbortController();
  Object.defineProperty(signal, "aborted", { get: () => Atomics.load(state, 0) === cancelled });
  return signal;
}
