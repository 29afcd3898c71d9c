/**
 * @file What every stage of the engine takes: a signal to stop it and a place to report to. A stage is a plain function;
 * it knows nothing of jobs.
 */

export interface StageOptions {
  /** Aborted when the person cancels. A stage looks at it at least every 50 ms and throws `CancellationError`. */
  signal?: AbortSignal | undefined;
  /** Called often; the caller thins it out. `done` never falls, `total` never changes within a stage once known. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}
