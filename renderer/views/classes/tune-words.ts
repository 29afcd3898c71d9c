/** @file A training on labels in words: whether it won, and how often left-out labels were told. */
import type { TunedReport } from "#protocol/tuned-report.ts";

export function tuneVerdict({ recommended, cvAccuracy, ridgeCvAccuracy }: TunedReport): string {
  if (recommended === "tuned") return "Training won: it tells your classes better than the plain way.";
  if (cvAccuracy < ridgeCvAccuracy) return "Training did not win: the plain way tells more.";
  return "Training did not win: it gains no more than chance explains. The plain way is the one to use.";
}

/** One decimal: of some hundred labels, one is less than a percent. */
export function leftOutShare(share: number): string {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
