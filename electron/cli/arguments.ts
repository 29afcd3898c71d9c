/**
 * @file Reads the command line. Every option is declared by its command; an unknown one, a missing value or a bad number is a usage error.
 */
import { parseArgs } from "node:util";

export class CliUsageError extends Error {}

export interface OptionDeclaration {
  readonly type: "string" | "boolean";
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly short?: string;
  readonly value?: string;
  readonly help: string;
}

export interface CommandInput {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly json: boolean;
  readonly workspace: string | null;
}

export interface Command {
  readonly name: string;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionDeclaration>>;
  /** What the help says behind the options. */
  readonly more?: () => Promise<string>;
  /** Fewest and most positional arguments. */
  readonly positionals: readonly [number, number];
  /** Gives the exit status. */
  run(input: CommandInput): Promise<number>;
}

export const globalOptions: Readonly<Record<string, OptionDeclaration>> = {
  json: { type: "boolean", help: "print one JSON document and nothing else" },
  workspace: { type: "string", value: "DIR", help: "the collection to use; without it the last one" },
  help: { type: "boolean", short: "h", help: "show this help" },
};

export type CommandLine =
  | { readonly kind: "version" }
  | { readonly kind: "help"; readonly command: Command | null }
  | { readonly kind: "run"; readonly command: Command; readonly input: CommandInput };

export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): CommandLine {
  // A workspace may be named before the command; its value is not the command.
  const [first, second] = argv.filter((argument, index) => !argument.startsWith("-") && argv[index - 1] !== "--workspace");
  if (argv.includes("--version") || argv[0] === "-v") return { kind: "version" };
  if (first === undefined || first === "help") {
    if (argv.length > 0 && first === undefined && !argv.includes("--help") && !argv.includes("-h"))
      throw new CliUsageError(`Expected a command before ${argv[0]}.`);
    return { kind: "help", command: commands.find((each) => each.name === second) ?? null };
  }
  const command = commands.find((each) => each.name === first);
  if (!command) throw new CliUsageError(`There is no command "${first}". Known: ${commands.map((each) => each.name).join(", ")}.`);
  const rest = [...argv];
  rest.splice(
    argv.findIndex((argument, index) => argument === first && argv[index - 1] !== "--workspace"),
    1,
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    const options = Object.fromEntries(
      Object.entries({ ...globalOptions, ...command.options }).map(([name, { type, short, multiple = false }]) => [
        name,
        short === undefined ? { type, multiple } : { type, short, multiple },
      ]),
    );
    parsed = parseArgs({ args: rest, options, allowPositionals: true, strict: true });
  } catch (thrown) {
    throw new CliUsageError(`likeness ${command.name}: ${(thrown as Error).message}`);
  }
  const values = parsed.values as CommandInput["values"];
  if (values["help"]) return { kind: "help", command };
  const [fewest, most] = command.positionals;
  if (parsed.positionals.length < fewest || parsed.positionals.length > most)
    throw new CliUsageError(`likeness ${command.name} ${command.usage}: got ${parsed.positionals.length} argument(s).`);
  return {
    kind: "run",
    command,
    input: {
      positionals: parsed.positionals,
      values,
      json: values["json"] === true,
      workspace: typeof values["workspace"] === "string" ? values["workspace"] : null,
    },
  };
}

/** A whole number option. */
export function wholeNumber(input: CommandInput, name: string, fallback: number, low: number, high: number): number {
  const text = input.values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new CliUsageError(`--${name} is "${String(text)}"; expected a whole number from ${low} to ${high}.`);
  return value;
}

/** One of the words allowed. */
export function oneOf<T extends string>(input: CommandInput, name: string, allowed: readonly T[], fallback: T): T {
  const text = input.values[name];
  if (text === undefined) return fallback;
  if (!allowed.includes(text as T)) throw new CliUsageError(`--${name} is "${String(text)}"; expected one of ${allowed.join(", ")}.`);
  return text as T;
}

/** A text option. */
export function optionalText(input: CommandInput, name: string): string | undefined {
  const text = input.values[name];
  if (text === "") throw new CliUsageError(`--${name} is empty.`);
  return typeof text === "string" ? text : undefined;
}

/** A text option that must be given. */
export function requiredText(input: CommandInput, name: string): string {
  const text = optionalText(input, name);
  if (text === undefined) throw new CliUsageError(`--${name} is missing.`);
  return text;
}

/** A number from 0 to 1. */
export function shareOf(input: CommandInput, name: string): number | undefined {
  const text = input.values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text === "" || !(value >= 0 && value <= 1)) throw new CliUsageError(`--${name} is "${String(text)}"; expected a number from 0 to 1.`);
  return value;
}
