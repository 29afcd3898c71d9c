/**
 * @file The parts of Electron that the shell uses, without Electron: ports and processes that behave as theirs do (messages are cloned,
 * wait until the receiver listens, and ports travel along), typed by the real types.
 */
import { EventEmitter } from "node:events";

import type { MessageChannelMain, MessageEvent, MessagePortMain, ParentPort } from "electron";

import type { ChildProcessHandle } from "../../../electron/main/engine-children.ts";
import type { EngineProcessHandle } from "../../../electron/main/engine-supervisor.ts";

class StubPort extends EventEmitter {
  other: StubPort | null = null;
  #started = false;
  #closed = false;
  readonly #waiting: MessageEvent[] = [];

  postMessage(data: unknown, ports: MessagePortMain[] = []): void {
    if (ports.some((port) => !(port instanceof StubPort))) throw new TypeError("only ports can be moved");
    const event = { data: structuredClone(data) as unknown, ports };
    if (!this.#closed) queueMicrotask(() => this.other?.take(event));
  }
  take(event: MessageEvent): void {
    if (this.#closed) return;
    if (this.#started) this.emit("message", event);
    else this.#waiting.push(event);
  }
  start(): void {
    this.#started = true;
    for (const event of this.#waiting.splice(0)) this.take(event);
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit("close");
    queueMicrotask(() => this.other?.close());
  }
}

export function stubChannel(): Pick<MessageChannelMain, "port1" | "port2"> {
  const [port1, port2] = [new StubPort(), new StubPort()];
  port1.other = port2;
  port2.other = port1;
  return { port1: port1 as unknown as MessagePortMain, port2: port2 as unknown as MessagePortMain };
}

/** A utility process: `handle` is what its parent holds, `parentPort` what it finds inside. */
export interface StubProcess {
  readonly handle: EngineProcessHandle & ChildProcessHandle;
  readonly parentPort: ParentPort;
  readonly pid: number;
  readonly stderr: EventEmitter;
  /** How often `kill` was called. */
  readonly kills: number;
  exit(code: number): void;
}

let lastPid = 1000;

export function stubProcess(): StubProcess {
  const { port1: outside, port2: inside } = stubChannel();
  const stderr = new EventEmitter();
  const events = new EventEmitter();
  const pid = (lastPid += 1);
  let kills = 0;
  let gone = false;
  // A real parentPort starts with its first listener.
  inside.on("newListener" as never, () => queueMicrotask(() => inside.start()));
  outside.on("message", (event) => events.emit("message", event.data as unknown));
  outside.start();
  const handle = Object.assign(events, {
    get pid() {
      return gone ? undefined : pid;
    },
    stderr,
    postMessage: (message: unknown, ports?: MessagePortMain[]) => outside.postMessage(message, ports),
    kill: () => ((kills += 1), true),
  });
  return {
    handle: handle as unknown as StubProcess["handle"],
    parentPort: inside as unknown as ParentPort,
    pid,
    stderr,
    get kills() {
      return kills;
    },
    exit(code) {
      if (gone) return;
      gone = true;
      outside.close();
      events.emit("exit", code);
    },
  };
}

/** A clock that goes when it is told to. */
export interface StubClock {
  now(): number;
  after(milliseconds: number, run: () => void): () => void;
  advance(milliseconds: number): void;
  /** Milliseconds until each thing that waits, soonest first. */
  readonly waiting: readonly number[];
}

export function stubClock(): StubClock {
  let time = 0;
  const timers = new Map<object, { at: number; run: () => void }>();
  const sorted = (): [object, { at: number; run: () => void }][] => [...timers].sort(([, a], [, b]) => a.at - b.at);
  return {
    now: () => time,
    after(milliseconds, run) {
      const key = {};
      timers.set(key, { at: time + milliseconds, run });
      return () => timers.delete(key);
    },
    advance(milliseconds) {
      const end = time + milliseconds;
      for (let next = sorted()[0]; next !== undefined && next[1].at <= end; next = sorted()[0]) {
        time = next[1].at;
        timers.delete(next[0]);
        next[1].run();
      }
      time = end;
    },
    get waiting() {
      return sorted().map(([, { at }]) => at - time);
    },
  };
}
