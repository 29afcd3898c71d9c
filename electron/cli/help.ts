/**
 * @file The help texts, made from the command table.
 */
import { globalOptions, type Command, type OptionDeclaration } from "./arguments.ts";
import { commands } from "./commands/table.ts";

export function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    "Likeness explores an image folder without labels.",
    "",
    "likeness COMMAND [arguments] [--json] [--workspace DIR]",
    "",
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    "likeness COMMAND --help tells more. Results go to standard output, progress to standard error.",
    "Exit status: 0 done, 1 failed, 2 usage.",
  ].join("\n");
}

export function helpFor(command: Command): string {
  return [
    `likeness ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.summary,
    "",
    ...describeOptions({ ...command.options, ...globalOptions }),
  ].join("\n");
}

function describeOptions(options: Readonly<Record<string, OptionDeclaration>>): string[] {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => ({
    left: `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`,
    help,
  }));
  const width = Math.max(...rows.map((row) => row.left.length));
  return rows.map((row) => `  ${row.left.padEnd(width)}  ${row.help}`);
}
