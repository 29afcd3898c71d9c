/**
 * @file The only place that reads a clock. Everything else takes a `Clock`, so that tests own the time.
 */

export interface Clock {
  /** Milliseconds since 1970, for records. */
  now(): number;
  /** Milliseconds from an arbitrary start that never go back, for durations. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Measures a duration: call the result to read the seconds since `startTimer`. */
export function startTimer(clock: Clock): () => number {
  const start = clock.monotonic();
  return () => (clock.monotonic() - start) / 1000;
}

/** Does something later. Tests bring their own. */
export interface Timers {
  /** Call the result to leave it. */
  after(milliseconds: number, act: () => void): () => void;
}

/** They do not keep the process alive. */
export const systemTimers: Timers = {
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
