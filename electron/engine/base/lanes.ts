/**
 * @file Works through a list with a few at once. After a failure nothing more is begun, and what was begun is waited for: when the promise
 * settles, nothing of the work goes on behind the caller's back.
 */

/** Rejects with the first failure. */
export async function inLanes<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly reason: unknown } | null = null;
  const lane = async (): Promise<void> => {
    while (next < items.length && failure === null) {
      try {
        await work(items[next++] as T);
      } catch (thrown) {
        failure ??= { reason: thrown };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  const failed = failure as { readonly reason: unknown } | null;
  if (failed) throw failed.reason;
}
