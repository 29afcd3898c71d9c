/**
 * @file Timers that a test runs by moving their clock.
 */
import type { Timers } from "#engine/base/clock.ts";
import { manualClock, type ManualClock } from "./manual-clock.ts";

export interface ManualTime {
  readonly clock: ManualClock;
  readonly timers: Timers;
  /** Moves the clock, and does what is due on the way, each at its time. */
  advance(milliseconds: number): Promise<void>;
}

export function manualTime(): ManualTime {
  const clock = manualClock();
  let waiting: { readonly at: number; readonly act: () => void }[] = [];
  return {
    clock,
    timers: {
      after: (milliseconds, act) => {
        const own = { at: clock.monotonic() + milliseconds, act };
        waiting.push(own);
        return () => (waiting = waiting.filter((other) => other !== own));
      },
    },
    advance: async (milliseconds) => {
      const end = clock.monotonic() + milliseconds;
      for (;;) {
        // What was begun may ask for more.
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        const next = waiting.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
        if (!next) break;
        waiting = waiting.filter((other) => other !== next);
        clock.advance(Math.max(0, next.at - clock.monotonic()));
        next.act();
      }
      clock.advance(end - clock.monotonic());
    },
  };
}
