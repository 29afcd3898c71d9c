/**
 * @file Gathers hints that something changed until it has been quiet for a while, or until the first of them has waited long enough, and hands them over as
 * one batch. One batch is worked on at a time; what comes meanwhile is the next one.
 */
import type { Clock, Timers } from "../base/clock.ts";

export interface HintCollector<T> {
  add(hints: Iterable<T>): void;
  /** Nothing more is handed over. Resolves when the batch that is worked on is done. */
  close(): Promise<void>;
}

export interface CollectorOptions<T> {
  /** Two hints of the same key are one: the later is kept. */
  readonly keyOf: (hint: T) => string;
  readonly quietMs: number;
  readonly longestMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Must not throw. */
  readonly work: (batch: readonly T[]) => Promise<void>;
}

export function createHintCollector<T>({ keyOf, quietMs, longestMs, clock, timers, work }: CollectorOptions<T>): HintCollector<T> {
  let gathered = new Map<string, T>();
  let firstAt = 0;
  let lastAt = 0;
  let working: Promise<void> | null = null;
  let stopTimer: (() => void) | null = null;
  let isClosed = false;

  const dueInMs = (): number => Math.min(lastAt + quietMs, firstAt + longestMs) - clock.monotonic();
  const arm = (): void => {
    if (isClosed || working !== null || stopTimer !== null || gathered.size === 0) return;
    stopTimer = timers.after(Math.max(0, dueInMs()), () => {
      stopTimer = null;
      if (dueInMs() > 0) arm();
      else begin();
    });
  };
  const begin = (): void => {
    const batch = [...gathered.values()];
    gathered = new Map();
    working = work(batch).finally(() => {
      working = null;
      arm();
    });
  };
  return {
    add: (hints) => {
      for (const hint of hints) {
        lastAt = clock.monotonic();
        if (gathered.size === 0) firstAt = lastAt;
        gathered.set(keyOf(hint), hint);
      }
      arm();
    },
    close: async () => {
      isClosed = true;
      stopTimer?.();
      await working;
    },
  };
}
