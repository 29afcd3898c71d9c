/**
 * @file Children as plain Node processes, for the command line, the server and tests.
 */
import { fork } from "node:child_process";

import type { ChildPort, ChildReply, SpawnChild } from "./port.ts";

/** How much of a child's last words is kept for the message of its failure. */
const keptErrorText = 2000;

/**
 * Children keep every core busy among themselves, so what V8 would do beside one, collecting and compiling, only takes a core from another, and pays for handing over (measured on two cores, a search for
 * duplicates: 6 % of its time). Only for a Node of which it is known that it takes them: one that does not would start no child at all.
 */
const engineFlags: readonly string[] =
  Number.parseInt(process.versions.node, 10) <= 24
    ? ["--single-threaded-gc", "--no-concurrent-recompilation", "--min-semi-space-size=16"]
    : [];

/**
 * @param entry absolute path of the child's entry
 * @param environment added to our own
 * @param execPath the Node to run it on
 */
export function spawnWithChildProcess(
  entry: string,
  environment: Readonly<Record<string, string>> = {},
  execPath = process.execPath,
): SpawnChild {
  return () => {
    const child = fork(entry, [], {
      serialization: "advanced",
      execPath,
      execArgv: [...process.execArgv.filter((argument) => !argument.startsWith("--inspect")), ...engineFlags],
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let lastWords = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-keptErrorText);
    });
    // A write to a child that has just died fails here, and its exit tells the story; a process that never came to be has no exit.
    let neverStarted: Error | null = null;
    let tellExit: ((why: string) => void) | null = null;
    child.on("error", (error) => {
      if (child.pid !== undefined || neverStarted !== null) return;
      neverStarted = error;
      tellExit?.(error.message);
    });
    const port: ChildPort = {
      post: (message) => {
        if (child.connected) child.send(message, () => undefined);
      },
      onMessage: (listener) => {
        child.on("message", (message) => listener(message as ChildReply));
      },
      onExit: (listener) => {
        let told = false;
        tellExit = (why) => {
          if (!told) listener(why);
          told = true;
        };
        // `close` and not `exit`: everything it managed to say has then arrived.
        child.on("close", (code, signal) => {
          const how = signal !== null ? `killed by ${signal}` : `exit code ${code}`;
          const words = tellingLine(lastWords);
          tellExit?.(words === null ? how : `${how}: ${words}`);
        });
      },
      kill: () => {
        child.kill("SIGKILL");
      },
    };
    return port;
  };
}

/** Of what Node prints when it dies, the line that names the error. */
function tellingLine(text: string): string | null {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.find((line) => /^(\w*Error\b|FATAL|node:|VIPS-)/.test(line) && !line.startsWith("node:internal")) ?? lines.at(-1) ?? null;
}
