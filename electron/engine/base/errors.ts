/**
 * @file The error kinds of the engine. `BugError`: we broke it. `UserError`: the person can fix it, and the message says how.
 * `CancellationError`: somebody asked us to stop; an outcome, never logged as an error. What happens to a single file is not
 * an error at all but an outcome (ingest/outcome.ts).
 */

/** The person can fix this. The message names the path, the value seen and the value expected. */
export class UserError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UserError";
    this.code = code;
  }
}

/** An invariant of ours does not hold. */
export class BugError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BugError";
  }
}

/** The work was stopped on request. */
export class CancellationError extends Error {
  constructor(message = "stopped on request") {
    super(message);
    this.name = "CancellationError";
  }
}

/** Throws `CancellationError` when `signal` is aborted. Call between units of work shorter than 50 ms. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancellationError();
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The machine-readable code of anything thrown: a UserError's own, Node's `code`, or a kind. */
export function codeOf(thrown: unknown): string {
  if (thrown instanceof CancellationError) return "cancelled";
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string") return thrown.code;
  return "internal";
}
