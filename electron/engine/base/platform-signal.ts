/**
 * @file From the protocol's signal, which knows no platform, to the one that Node's own functions take.
 */
import type { CancelSignal } from "#protocol/contract.ts";

export function platformSignal(signal: CancelSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener("abort", () => controller.abort(), { once: true });
  return controller.signal;
}
