/**
 * @file Keeps an engine process running: starts it, hands ports to whoever wants to talk to it, starts it anew (later each time) when it
 * dies, and lets it commit before it ends. Time and Electron are given, so that every path can be tested.
 */
import type { MessageChannelMain, MessagePortMain, UtilityProcess } from "electron";

import { type Client, createClient } from "#protocol/client.ts";
import type { FromEngineProcess, ToEngineProcess } from "#protocol/electron-shell.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import { createBackOff } from "./back-off.ts";
import { type ChildProcessHandle, createEngineChildren, type EngineChildren } from "./engine-children.ts";

export type EngineProcessHandle = Pick<UtilityProcess, "pid" | "kill"> & {
  postMessage(message: unknown, transfer?: MessagePortMain[]): void;
  on(event: "message", listener: (message: FromEngineProcess) => void): unknown;
  once(event: "exit", listener: (code: number) => void): unknown;
};

export interface SupervisorOptions {
  forkEngine(): EngineProcessHandle;
  forkChild(entry: string): ChildProcessHandle;
  channel(): Pick<MessageChannelMain, "port1" | "port2">;
  killProcess(pid: number): void;
  /** Milliseconds, monotonic. */
  now(): number;
  after(milliseconds: number, run: () => void): () => void;
  /** An engine listens: `client` is the main process's own line to it. `restarts` 0 for the first engine; n for the nth start in a row after a death. */
  onStart(client: Client, restarts: number): void;
  /** It died `restarts` times in a row and is not started again until `start` is called. */
  onGiveUp(exitCode: number): void;
}

export interface Supervisor {
  start(): void;
  /** A port for a page; null while no engine listens (`onStart` comes when one does). */
  connect(): MessagePortMain | null;
  /** The main process's own line to the engine; null while none listens. */
  readonly client: Client | null;
  /** Lets the engine commit and leave; kills it when it does not within `limitMs`. */
  stop(limitMs?: number): Promise<void>;
}

interface Running {
  readonly process: EngineProcessHandle;
  readonly children: EngineChildren;
  readonly startedAt: number;
  client: Client | null;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const backOff = createBackOff();
  let running: Running | null = null;
  let cancelRestart: (() => void) | null = null;
  let restarts = 0;
  let stopping = false;
  const waitingForExit = new Set<() => void>();

  function start(): void {
    if (running !== null || stopping) return;
    cancelRestart?.();
    cancelRestart = null;
    const process = options.forkEngine();
    const post = (message: ToEngineProcess, transfer?: MessagePortMain[]): void => {
      if (running?.process === process) process.postMessage(message, transfer);
    };
    const children = createEngineChildren({ fork: options.forkChild, channel: options.channel, killProcess: options.killProcess, post });
    const own: Running = { process, children, startedAt: options.now(), client: null };
    running = own;
    process.on("message", (message) => {
      if (running !== own) return;
      if (message.kind === "ready") greet(own);
      else children.handle(message);
    });
    process.once("exit", (code) => ended(own, code));
  }

  function openLine(to: Running): MessagePortMain {
    const { port1, port2 } = options.channel();
    to.process.postMessage({ kind: "client" } satisfies ToEngineProcess, [port1]);
    return port2;
  }

  function greet(own: Running): void {
    own.client = createClient(mainPortTransport(openLine(own)));
    options.onStart(own.client, restarts);
  }

  function ended(own: Running, code: number): void {
    own.client?.close();
    own.children.killAll();
    running = null;
    for (const resolve of waitingForExit) resolve();
    waitingForExit.clear();
    if (stopping) return;
    const again = backOff.next(options.now() - own.startedAt);
    restarts = again?.attempt ?? 0;
    if (again === null) {
      backOff.reset();
      options.onGiveUp(code);
    } else cancelRestart = options.after(again.delayMs, start);
  }

  return {
    start,
    connect: () => (running === null || running.client === null ? null : openLine(running)),
    get client() {
      return running?.client ?? null;
    },
    async stop(limitMs = 15_000) {
      stopping = true;
      cancelRestart?.();
      const own = running;
      if (own === null) return;
      const exited = new Promise<void>((resolve) => waitingForExit.add(resolve));
      own.process.postMessage({ kind: "close" } satisfies ToEngineProcess);
      const cancel = options.after(limitMs, () => {
        if (own.process.pid !== undefined) options.killProcess(own.process.pid);
        own.process.kill();
      });
      await exited;
      cancel();
    },
  };
}
