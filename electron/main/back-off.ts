/** @file How long to wait before something that died is started again, and when to stop trying. */

export interface BackOff {
  /**
   * When to start it again after it lived `livedMs`, and the how manieth start in a row that will be; null when it has died too often.
   */
  next(livedMs: number): { readonly delayMs: number; readonly attempt: number } | null;
  reset(): void;
}

const firstDelayMs = 250;
const longestDelayMs = 15_000;
/** What lived so long died of something new. */
const healthyMs = 60_000;
const attemptLimit = 6;

export function createBackOff(): BackOff {
  let attempts = 0;
  return {
    next(livedMs) {
      if (livedMs >= healthyMs) attempts = 0;
      if (attempts >= attemptLimit) return null;
      const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** attempts);
      attempts += 1;
      return { delayMs, attempt: attempts };
    },
    reset() {
      attempts = 0;
    },
  };
}
