/**
 * @file Hot loops count, a ticker reports: a meter takes any number of updates and gives at most five reports a second, with the rate
 * over the last seconds and the time left. Within a stage `done` never falls and `total` never changes once it is above zero.
 */
import type { Clock } from "../base/clock.ts";

export interface MeterReading {
  readonly done: number;
  readonly total: number;
  /** Units per second over the window; 0 while unknown. */
  readonly rate: number;
  readonly secondsLeft: number | null;
}

export interface ProgressMeter {
  /** Begins a stage: everything starts from zero. */
  begin(): void;
  update(done: number, total: number): void;
  /** Time that was paused must not count against the rate. */
  forget(): void;
  read(): MeterReading;
}

const windowMs = 8000;
const reportEveryMs = 200;

/** @param report called at most five times a second, from `update` */
export function createProgressMeter(clock: Clock, report: () => void): ProgressMeter {
  let done = 0;
  let total = 0;
  let lastReport = -Infinity;
  let samples: { atMs: number; done: number }[] = [];
  return {
    begin: () => {
      done = 0;
      total = 0;
      samples = [{ atMs: clock.monotonic(), done: 0 }];
      lastReport = -Infinity;
    },
    update: (nextDone, nextTotal) => {
      if (total === 0) total = nextTotal;
      done = Math.max(done, nextDone);
      const atMs = clock.monotonic();
      if (atMs - lastReport < reportEveryMs) return;
      lastReport = atMs;
      samples.push({ atMs, done });
      while (samples.length > 2 && atMs - (samples[0] as { atMs: number }).atMs > windowMs) samples.shift();
      report();
    },
    forget: () => {
      samples = [{ atMs: clock.monotonic(), done }];
    },
    read: () => {
      const first = samples[0];
      const last = samples[samples.length - 1];
      const elapsedMs = first && last ? last.atMs - first.atMs : 0;
      const rate = first && last && elapsedMs > 300 ? ((last.done - first.done) / elapsedMs) * 1000 : 0;
      const secondsLeft = total > 0 && rate > 0 ? Math.max(0, (total - done) / rate) : null;
      return { done, total, rate, secondsLeft };
    },
  };
}
