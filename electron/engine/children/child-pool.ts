/**
 * @file A pool of child processes. A request that hangs or crashes its child fails alone: the child is replaced, what waited behind it goes
 * elsewhere. [Note: blame] A child works in order, so the first unanswered request is the suspect of a crash. It might be innocent (an answer
 * can be lost with the process, memory can run out through a neighbour), so it is tried once more, alone in a fresh child; a second crash is
 * its outcome. A timeout needs no second trial.
 */
import { BugError, CancellationError } from "../base/errors.ts";
import { baseMs } from "../ingest/decode/demand.ts";
import type { FailureCode } from "../ingest/decode/types.ts";
import type { Failed, Operations, PixelOperations } from "./operations.ts";
import type { SpawnChild } from "./port.ts";
import { createSlot, createTask, type Departure, type Slot, type Task } from "./slot.ts";

// The edge of this folder: who makes a pool also says how its children come to be.
export type { SpawnChild } from "./port.ts";
export { spawnWithChildProcess } from "./spawn-child-process.ts";

export interface RunOptions {
  /** Aborted: the promise rejects with `CancellationError`; work already in a child ends there unheard. */
  readonly signal?: AbortSignal | undefined;
  /** For this request, instead of the pool's. */
  readonly timeoutMs?: number | undefined;
  /** Before everything that waits: somebody is looking at the screen. */
  readonly urgent?: boolean | undefined;
}

export interface ChildPool<T extends Operations<T> = PixelOperations> {
  /** How many children work at once. */
  readonly size: number;
  /** The result, or `{ failure }` where the file gave none (including `timeout` and `crash`). Rejects for bugs and cancellation only. */
  run<Name extends keyof T & string>(
    operation: Name,
    request: T[Name]["request"],
    options?: RunOptions,
  ): Promise<T[Name]["result"] | Failed>;
  /** Runs them with bounded memory: only as many are taken from `requests` as children can hold. Yields in the order they end. */
  stream<Name extends keyof T & string>(
    operation: Name,
    requests: Iterable<T[Name]["request"]>,
    options?: RunOptions,
  ): AsyncGenerator<StreamItem<T, Name>>;
  /** Starts all children: there will be work for them in a moment. */
  warm(): void;
  /** The requests that are being worked on now, one per busy child. */
  inFlight(): readonly { readonly operation: string; readonly request: unknown }[];
  /** Kills the children. What is unanswered rejects with `CancellationError`. */
  close(): Promise<void>;
}

export interface StreamItem<T extends Operations<T>, Name extends keyof T> {
  readonly request: T[Name]["request"];
  readonly outcome: T[Name]["result"] | Failed;
}

export interface ChildPoolOptions {
  readonly size: number;
  readonly spawn: SpawnChild;
  /** Longest time for one request, from the moment the child turns to it; long files and large pictures get more (decode/demand.ts). */
  readonly timeoutMs?: number;
  /** Children with nothing to do for this long are let go. */
  readonly idleMs?: number;
}

/** Requests a child holds: the one it works on and those that keep it busy while the parent is busy. */
const depth = 4;
/** Children that may die before their first word until we stop believing in them. */
const failedStartsLimit = 3;

export function createChildPool<T extends Operations<T> = PixelOperations>(options: ChildPoolOptions): ChildPool<T> {
  const { size, spawn, timeoutMs = baseMs, idleMs = 30_000 } = options;
  const queue: Task[] = [];
  /** Those whose pictures need much memory: one at a time. */
  const largeQueue: Task[] = [];
  const slots = new Set<Slot>();
  let closed = false;
  let failedStarts = 0;

  function openSlot(): Slot {
    const slot = createSlot(spawn(), {
      idleMs,
      onReady: () => (failedStarts = 0),
      onAnswer: dispatch,
      onLarge: (task) => {
        task.large = true;
        largeQueue.push(task);
      },
      onGone: (departure) => retire(slot, departure),
    });
    slots.add(slot);
    return slot;
  }

  function dispatch(): void {
    // While a large one waits for an idle child nothing else is handed out, or there would never be one.
    while (largeQueue.length > 0 && !largeRuns()) if (!dispatchFirst(largeQueue)) return;
    while (queue.length > 0) if (!dispatchFirst(queue)) return;
  }

  /** False when there is no child for it now. */
  function dispatchFirst(tasks: Task[]): boolean {
    const task = tasks[0] as Task;
    const slot = closed || task.settled ? null : pickSlot(task);
    if (slot === null && !task.settled) return false;
    tasks.shift();
    slot?.take(task);
    return true;
  }

  function largeRuns(): boolean {
    return [...slots].some((slot) => slot.tasks().some(({ large }) => large));
  }

  /** An idle child; else a new one; else the least busy. Suspects and large ones get an idle one for themselves. */
  function pickSlot(task: Task): Slot | null {
    let best: Slot | null = null;
    for (const slot of slots)
      if (!slot.ending && !slot.exclusive && slot.load < depth && (best === null || slot.load < best.load)) best = slot;
    if (best?.load === 0) return best;
    if (slots.size < size) return openSlot();
    return task.suspect || task.large ? null : best;
  }

  function retire(slot: Slot, { unanswered, wasReady, timedOut, why }: Departure): void {
    slots.delete(slot);
    if (closed) return;
    const [inFlight] = unanswered;
    if (!wasReady && ++failedStarts >= failedStartsLimit) {
      failedStarts = 0;
      const bug = new BugError(`child processes do not start: ${why}`);
      for (const task of [...unanswered, ...largeQueue.splice(0), ...queue.splice(0)]) task.reject(bug);
      return;
    }
    if (inFlight !== undefined && wasReady) {
      if (timedOut) inFlight.resolve(failed("timeout", `no result after ${inFlight.timeoutMs / 1000} s`));
      else if (inFlight.suspect) inFlight.resolve(failed("crash", `the process that read it died twice: ${why}`));
      else inFlight.suspect = true;
    }
    for (const task of unanswered.filter(({ large }) => large)) largeQueue.unshift(task);
    queue.unshift(...unanswered.filter(({ large }) => !large));
    dispatch();
  }

  function run(operation: string, request: unknown, { signal, timeoutMs: own, urgent = false }: RunOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (closed || signal?.aborted === true) return reject(new CancellationError());
      const task = createTask({ operation, request, timeoutMs: own ?? timeoutMs, signal, resolve, reject });
      if (urgent) queue.unshift(task);
      else queue.push(task);
      dispatch();
    });
  }

  async function* stream(
    operation: string,
    requests: Iterable<unknown>,
    runOptions: RunOptions = {},
  ): AsyncGenerator<{ request: unknown; outcome: unknown }> {
    const running = new Map<number, Promise<{ index: number; request: unknown; outcome: unknown }>>();
    const source = requests[Symbol.iterator]();
    let started = 0;
    const start = (request: unknown): void => {
      const index = started++;
      const one = run(operation, request, runOptions).then((outcome) => ({ index, request, outcome }));
      one.catch(() => undefined); // heard through the race below; those that lose it must not go unhandled
      running.set(index, one);
    };
    try {
      for (let exhausted = false; ;) {
        while (!exhausted && running.size < size * depth) {
          const step = source.next();
          if (step.done === true) exhausted = true;
          else start(step.value);
        }
        if (running.size === 0) return;
        const { index, request, outcome } = await Promise.race(running.values());
        running.delete(index);
        yield { request, outcome };
      }
    } finally {
      source.return?.();
    }
  }

  async function close(): Promise<void> {
    closed = true;
    const open = [...slots];
    for (const task of [...largeQueue.splice(0), ...queue.splice(0), ...open.flatMap((slot) => slot.tasks())])
      task.reject(new CancellationError());
    await Promise.all(open.map((slot) => slot.end()));
  }

  return {
    size,
    // One loose implementation behind the typed table.
    run: run as ChildPool<T>["run"],
    stream: stream as ChildPool<T>["stream"],
    warm: () => {
      while (!closed && slots.size < size) openSlot();
    },
    inFlight: () =>
      [...slots].flatMap((slot) => (slot.head === null ? [] : [{ operation: slot.head.operation, request: slot.head.request }])),
    close,
  };
}

function failed(code: FailureCode, message: string): Failed {
  return { failure: { code, message } };
}
