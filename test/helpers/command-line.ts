/**
 * @file Runs the command line as a person would: a process of its own, with a data directory of the test's own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
const entry = join(root, "electron/cli/main.ts");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command; `dataFolder` becomes its data directory. */
export function startCommand(
  args: readonly string[],
  dataFolder: string,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, LIKENESS_DATA: dataFolder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    cwd: dataFolder,
  });
}

/** Runs a command to its end. */
export function runCommand(args: readonly string[], dataFolder: string, environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const child = startCommand(args, dataFolder, environment);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a command that must succeed and gives its JSON document, which must be all that is on standard output. */
export async function runJson<T>(
  args: readonly string[],
  dataFolder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  const ran = await runCommand([...args, "--json"], dataFolder, environment);
  if (ran.code !== 0) throw new Error(`likeness ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}\n${ran.stdout}`);
  return JSON.parse(ran.stdout) as T;
}
