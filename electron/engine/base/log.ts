/**
 * @file The only place that writes to the console. Standard output belongs to results, so everything goes to standard error.
 */
import { CancellationError, messageOf } from "./errors.ts";

export type LogLevel = "quiet" | "warning" | "debug";
const order: Record<LogLevel, number> = { quiet: 0, warning: 1, debug: 2 };
const level: LogLevel = process.env["LIKENESS_LOG"] === "debug" ? "debug" : "warning";

/** Something a developer may want to know. */
export function debug(message: string): void {
  if (order[level] >= order.debug) console.error(`[likeness] ${message}`);
}

/** Something went wrong and the work goes on. A cancellation is never logged. */
export function warn(message: string, thrown?: unknown): void {
  if (thrown instanceof CancellationError) return;
  if (order[level] >= order.warning) console.error(`[likeness] ${message}${thrown === undefined ? "" : `: ${messageOf(thrown)}`}`);
}
