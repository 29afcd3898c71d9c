/**
 * @file The command line: every job of the engine as a command. With --json standard output is one JSON document and nothing else;
 * progress and messages go to standard error. Exit 0 done, 1 failed, 2 usage.
 */
import { CliUsageError, parseCommandLine } from "./arguments.ts";
import { commands } from "./commands/table.ts";
import { printError } from "./output.ts";
import { helpFor, overview } from "./help.ts";
import { workersGone } from "../engine/base/live-workers.ts";
import { productVersion } from "../engine/engine.ts";

async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes("--json");
  try {
    const line = parseCommandLine(argv, commands);
    if (line.kind === "version") {
      process.stdout.write(`${productVersion}\n`);
      return 0;
    }
    if (line.kind === "help") {
      const more = await line.command?.more?.();
      process.stdout.write(`${line.command ? helpFor(line.command) : overview()}\n${more === undefined ? "" : `\n${more}\n`}`);
      return 0;
    }
    return await line.command.run(line.input);
  } catch (thrown) {
    if (thrown instanceof CliUsageError) {
      process.stderr.write(`${thrown.message}\nRun \`likeness --help\` for the commands.\n`);
      return 2;
    }
    printError(thrown, json);
    return 1;
  }
}

// A reader that went away (`| head`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

/** For worker threads that are on their way out. */
const patienceMs = 2000;

process.exitCode = await main(process.argv.slice(2));
// Worker threads of ONNX Runtime may hold the process for seconds after the last result.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
await workersGone(patienceMs);
process.exit();
