/**
 * @file Results to standard output, everything else to standard error.
 */
import { CancellationError, codeOf, messageOf, UserError } from "../engine/engine.ts";
import { describeProgress, type JobSnapshot } from "#protocol/progress.ts";

/** One JSON document, or the lines for people. */
export function printResult(json: boolean, document: unknown, lines: () => Iterable<string>): void {
  if (json) process.stdout.write(`${JSON.stringify(document)}\n`);
  else for (const line of lines()) process.stdout.write(`${line}\n`);
}

export function printError(thrown: unknown, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ error: { code: codeOf(thrown), message: messageOf(thrown) } })}\n`);
  process.stderr.write(`${messageOf(thrown)}\n`);
  // What the person cannot mend is a fault of ours, and whoever mends it needs the place.
  if (!(thrown instanceof UserError) && !(thrown instanceof CancellationError) && thrown instanceof Error)
    process.stderr.write(`${thrown.stack ?? ""}\n`);
}

/** A line that rewrites itself on a terminal; elsewhere a line per stage and one every few seconds. */
export function createProgressLine(): { show(job: JobSnapshot): void; end(): void } {
  const terminal = process.stderr.isTTY;
  let lastStage = "";
  let lastAt = 0;
  let open = false;
  return {
    show: (job) => {
      if (job.state !== "running") return;
      if (terminal) {
        process.stderr.write(`\r\u001b[K${describeProgress(job)}`);
        open = true;
        return;
      }
      const now = performance.now();
      if (job.stage === lastStage && now - lastAt < 5000) return;
      lastStage = job.stage;
      lastAt = now;
      process.stderr.write(`${describeProgress(job)}\n`);
    },
    end: () => {
      if (open) process.stderr.write("\r\u001b[K");
      open = false;
    },
  };
}
