/**
 * @file A clock that a test moves by hand.
 */
import type { Clock } from "#engine/base/clock.ts";

export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
}

export function manualClock(startMs = 1_700_000_000_000): ManualClock {
  let nowMs = startMs;
  return { now: () => nowMs, monotonic: () => nowMs - startMs, advance: (milliseconds) => void (nowMs += milliseconds) };
}
