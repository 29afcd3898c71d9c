/**
 * @file Ctrl-C as a signal for what is no job: it stops between two units of work and cleans up.
 */

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return controller.signal;
}
