/**
 * @file Child processes on behalf of the engine. An engine in a utility process cannot fork: with the RunAsNode fuse off child_process.fork
 * refuses. So the main process starts them as utility processes, connects each with the engine by a channel of their own, and sees to it
 * that none outlives the engine.
 */
import type { MessageChannelMain, MessagePortMain, UtilityProcess } from "electron";

import type { FromEngineProcess, ToEngineProcess } from "#protocol/electron-shell.ts";

export type ChildProcessHandle = Pick<UtilityProcess, "pid" | "kill"> & {
  postMessage(message: unknown, transfer?: MessagePortMain[]): void;
  once(event: "exit", listener: (code: number) => void): unknown;
  readonly stderr: { on(event: "data", listener: (chunk: unknown) => void): unknown } | null;
};

export interface EngineChildrenOptions {
  fork(entry: string): ChildProcessHandle;
  channel(): Pick<MessageChannelMain, "port1" | "port2">;
  /** To the engine. */
  post(message: ToEngineProcess, transfer?: MessagePortMain[]): void;
  /** SIGKILL: a hang in native code answers to nothing else. */
  killProcess(pid: number): void;
}

export interface EngineChildren {
  handle(message: Extract<FromEngineProcess, { kind: "start-child" | "kill-child" }>): void;
  killAll(): void;
}

const keptErrorText = 2000;

export function createEngineChildren({ fork, channel, post, killProcess }: EngineChildrenOptions): EngineChildren {
  const running = new Map<number, ChildProcessHandle>();

  function kill(child: ChildProcessHandle): void {
    if (child.pid !== undefined) killProcess(child.pid);
    // Not yet started: this keeps it from starting, and reaps it where it has.
    child.kill();
  }

  function start(id: number, entry: string): void {
    let child: ChildProcessHandle;
    try {
      child = fork(entry);
    } catch (thrown) {
      return post({ kind: "child-gone", id, why: thrown instanceof Error ? thrown.message : String(thrown) });
    }
    running.set(id, child);
    let lastWords = "";
    child.stderr?.on("data", (chunk) => {
      lastWords = (lastWords + String(chunk)).slice(-keptErrorText);
    });
    child.once("exit", (code) => {
      running.delete(id);
      const words = lastWords.trim().split("\n").slice(-3).join(" ");
      post({ kind: "child-gone", id, why: words === "" ? `exit code ${code}` : `exit code ${code}: ${words}` });
    });
    const { port1, port2 } = channel();
    child.postMessage({ kind: "engine" }, [port1]);
    post({ kind: "child-started", id }, [port2]);
  }

  return {
    handle(message) {
      const child = running.get(message.id);
      if (message.kind === "start-child") start(message.id, message.entry);
      else if (child !== undefined) kill(child);
    },
    killAll() {
      for (const child of running.values()) kill(child);
      running.clear();
    },
  };
}
