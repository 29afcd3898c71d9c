/**
 * @file How the commands speak: one plain line per step, always on standard error, so that standard output stays free for what a
 * command itself prints. `SetupError` is a failure that a person can mend; its message says how, and no stack is shown.
 */

/** Something is missing that a person can provide. */
export class SetupError extends Error {
  /** @param {string} message what is wrong and what to do */
  constructor(message) {
    super(message);
    this.name = "SetupError";
  }
}

/** One line of progress. */
export function say(line) {
  process.stderr.write(`likeness: ${line}\n`);
}

/** Runs `step`, then says how long it took: "likeness: packages installed (12.3 s)". */
export async function timed(before, after, step) {
  say(`${before} ...`);
  const startedMs = Date.now();
  const result = await step();
  say(`${after} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  return result;
}

/** Runs a command's main function; its number is the exit code, a SetupError is one message, anything else shows its stack. */
export async function runMain(main) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (thrown) {
    process.stderr.write(`likeness: ${thrown instanceof SetupError ? thrown.message : (thrown?.stack ?? thrown)}\n`);
    process.exitCode = 1;
  }
}
