/**
 * @file One child of a pool with the requests it holds, in the order it answers them. Watches the time of the one in flight.
 */
import { BugError, CancellationError } from "../base/errors.ts";
import { failureCodes, type FailureCode } from "../ingest/decode/types.ts";
import type { ChildPort, ChildReply } from "./port.ts";

/** A request on its way. */
export interface Task {
  readonly operation: string;
  readonly request: unknown;
  /** From the moment a child turns to it; more once it has told that it is large. */
  timeoutMs: number;
  /** A child died over it; it runs alone now. */
  suspect: boolean;
  /** Its picture needs much memory: it runs while no other such one does, in a child that ends with it. */
  large: boolean;
  /** Answered, failed or cancelled: nobody listens any more. */
  settled: boolean;
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

/** Why a child is gone, and what it leaves behind. */
export interface Departure {
  /** In order; the first was in flight. */
  readonly unanswered: Task[];
  readonly wasReady: boolean;
  readonly timedOut: boolean;
  readonly why: string;
}

export interface Slot {
  readonly load: number;
  /** Holds a suspect or a large one, which shares its child with nobody. */
  readonly exclusive: boolean;
  /** Being killed or let go: takes nothing more. */
  readonly ending: boolean;
  readonly head: Task | null;
  tasks(): readonly Task[];
  take(task: Task): void;
  /** Kills the child; resolves when it is gone. */
  end(): Promise<void>;
}

export interface SlotEvents {
  readonly idleMs: number;
  onReady(): void;
  onAnswer(): void;
  /** The task must run again, as a large one. */
  onLarge(task: Task): void;
  onGone(departure: Departure): void;
}

/** A child that has not spoken by then will not. */
const startLimitMs = 60_000;
/** When time is up the answer may lie unread in the pipe because *we* were busy: it gets this long to be read. */
const graceMs = 150;

export function createSlot(port: ChildPort, events: SlotEvents): Slot {
  const held = new Map<number, Task>();
  let nextId = 0;
  let ready = false;
  let ending = false;
  let timedOut = false;
  let timer: NodeJS.Timeout | null = null;
  let idle: NodeJS.Timeout | null = null;
  const gone = Promise.withResolvers<void>();

  const head = (): Task | null => held.values().next().value ?? null;

  /** The clock of the request that the child works on now. */
  function watch(): void {
    if (timer !== null) clearTimeout(timer);
    if (idle !== null) clearTimeout(idle);
    timer = idle = null;
    if (ending) return;
    const current = head();
    if (!ready) timer = setTimeout(stop, startLimitMs);
    else if (current !== null) {
      timer = setTimeout(() => {
        timer = setTimeout(() => {
          timedOut = head() === current;
          if (timedOut) stop();
        }, graceMs);
      }, current.timeoutMs);
    } else {
      idle = setTimeout(stop, events.idleMs);
      idle.unref();
    }
  }

  function stop(): void {
    ending = true;
    port.kill();
  }

  port.onMessage((reply) => {
    if (reply.kind === "ready") {
      ready = true;
      events.onReady();
    } else if (reply.kind === "progress") {
      // The clock starts anew below.
    } else if (reply.kind === "expects") {
      const task = held.get(reply.id);
      if (task !== undefined) task.timeoutMs = Math.max(task.timeoutMs, reply.ms);
    } else {
      const task = held.get(reply.id);
      held.delete(reply.id);
      if (task !== undefined && !task.settled) {
        if (reply.kind === "large") events.onLarge(task);
        else settle(task, reply);
      }
      // What a large picture took is not given back by a process that lives on.
      if (task?.large === true) stop();
    }
    watch();
    if (!ending) events.onAnswer();
  });

  port.onExit((why) => {
    ending = true;
    watch();
    gone.resolve();
    events.onGone({ unanswered: [...held.values()], wasReady: ready, timedOut, why });
  });

  watch();
  return {
    get load() {
      return held.size;
    },
    get exclusive() {
      const current = head();
      return current !== null && (current.suspect || current.large);
    },
    get ending() {
      return ending;
    },
    get head() {
      return head();
    },
    tasks: () => [...held.values()],
    take(task) {
      const id = nextId++;
      held.set(id, task);
      port.post({ id, operation: task.operation, request: task.request, isAlone: task.large });
      if (held.size === 1) watch();
    },
    end() {
      stop();
      return gone.promise;
    },
  };
}

/** A task whose caller has an answer coming exactly once, or a cancellation. */
export function createTask(from: {
  operation: string;
  request: unknown;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  resolve: (value: unknown) => void;
  reject: (reason: Error) => void;
}): Task {
  const { operation, request, timeoutMs, signal } = from;
  const onAbort = (): void => task.reject(new CancellationError());
  const once =
    <A>(act: (value: A) => void) =>
    (value: A): void => {
      if (task.settled) return;
      task.settled = true;
      signal?.removeEventListener("abort", onAbort);
      act(value);
    };
  const task: Task = {
    operation,
    request,
    timeoutMs,
    suspect: false,
    large: false,
    settled: false,
    resolve: once(from.resolve),
    reject: once(from.reject),
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  return task;
}

function settle(task: Task, reply: Exclude<ChildReply, { kind: "ready" | "progress" | "expects" | "large" }>): void {
  if (reply.kind === "done") task.resolve(reply.result);
  else if (reply.kind === "failed")
    task.resolve({ failure: { code: isFailureCode(reply.code) ? reply.code : "corrupt", message: reply.message } });
  else {
    // The code tells trouble with the disk from a fault of ours (base/trouble.ts).
    const cause = Object.assign(new Error(reply.message), { stack: reply.stack, code: reply.code });
    task.reject(new BugError(`${task.operation} failed in a child process: ${reply.message}`, { cause }));
  }
}

function isFailureCode(code: string): code is FailureCode {
  return (failureCodes as readonly string[]).includes(code);
}
