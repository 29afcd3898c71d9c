/**
 * @file Child processes of the commands. `hand` gives the terminal to a child for good: signals pass through and its exit code becomes
 * ours. `capture` runs a tool quietly and keeps what it said for the error message.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";

import { outFolder, root } from "./paths.mjs";

const passedSignals = process.platform === "win32" ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs `command` with our standard streams and returns its exit code (128 + number after a signal). The child is stopped when whoever
 * started us disappears without a word, so that no server is left behind. Node keeps what it made of our sources (types stripped, compiled):
 * a process of ours then starts in a third of the time, and an index job starts five.
 */
export function hand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const env = { NODE_COMPILE_CACHE: join(outFolder, "compile-cache"), ...(options.env ?? process.env) };
    const child = spawn(command, args, { stdio: "inherit", ...options, env });
    // What is typed at a terminal reaches the child by itself; a second time would cut short its orderly end.
    const pass = (signal) => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal);
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 1000);
    watch.unref();
    for (const signal of passedSignals) process.on(signal, pass);
    const settle = () => {
      clearInterval(watch);
      for (const signal of passedSignals) process.off(signal, pass);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      settle();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Runs `command` without a terminal and returns its exit code and everything it wrote, in the order it was written. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    const parts = [];
    child.stdout.on("data", (part) => parts.push(part));
    child.stderr.on("data", (part) => parts.push(part));
    child.once("error", (error) => resolve({ code: 127, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(parts).toString() }));
  });
}

/** Runs npm: the one that started us where there is one, else the one on the PATH. Without a network it gives up within half a minute. */
export function npm(command, options = {}) {
  const args = [
    ...command,
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--loglevel=error",
    "--fetch-retry-mintimeout=2000",
    "--fetch-retry-maxtimeout=10000",
  ];
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return capture(process.execPath, [script, ...args], options);
  return capture("npm", args, { shell: process.platform === "win32", ...options });
}

/** The last lines of a tool's output, indented, for an error message. */
export function tail(output, lines = 12) {
  return output
    .trimEnd()
    .split("\n")
    .slice(-lines)
    .map((line) => `  ${line}`)
    .join("\n");
}
