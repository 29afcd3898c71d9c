/**
 * @file The child's side of the wire: takes requests in order, one at a time, so that whenever the process dies the first unanswered
 * request is the one it died of. Works under child_process.fork and under Electron's utilityProcess.
 */
import { flushCompileCache } from "node:module";
import { Worker } from "node:worker_threads";

import { watchParentNatively } from "#native/watch-parent.ts";

import { codeOf, messageOf } from "../base/errors.ts";
import { DecodeError } from "../ingest/decode/decode-error.ts";
import { LargePicture, listenToDemands } from "../ingest/decode/demand.ts";
import type { OperationHandlers, Operations } from "./operations.ts";
import type { ChildReply, ChildRequest } from "./port.ts";

/** What Electron's utility processes have instead of process.send: a line to the main process, which brings us one to the engine. */
interface ParentPort {
  on(event: "message", listener: (event: { readonly ports: readonly EnginePort[] }) => void): void;
}

interface EnginePort {
  on(event: "message", listener: (event: { readonly data: ChildRequest }) => void): void;
  on(event: "close", listener: () => void): void;
  postMessage(message: ChildReply): void;
  start(): void;
}

export function serve<T extends Operations<T>>(handlers: OperationHandlers<T>): void {
  const reply = connect((message) => {
    waiting = waiting.then(() => answer(handlers, message, reply)).then(reply);
  });
  let waiting: Promise<void> = Promise.resolve();
  reply({ kind: "ready" });
  // Where the host keeps compiled code (NODE_COMPILE_CACHE): at once, since we are ended by a kill. Nothing is written when nothing is new.
  flushCompileCache();
}

async function answer<T extends Operations<T>>(
  handlers: OperationHandlers<T>,
  { id, operation, request, isAlone = false }: ChildRequest,
  reply: (message: ChildReply) => void,
): Promise<ChildReply> {
  listenToDemands({ isAlone, onTime: (ms) => reply({ kind: "expects", id, ms }) });
  try {
    const handler = handlers[operation as keyof T] as ((request: unknown) => unknown) | undefined;
    if (handler === undefined) throw new TypeError(`no operation named ${operation}`);
    return { kind: "done", id, result: await handler(request) };
  } catch (thrown) {
    if (thrown instanceof LargePicture) return { kind: "large", id };
    if (thrown instanceof DecodeError) return { kind: "failed", id, code: thrown.code, message: thrown.message };
    const code = codeOf(thrown);
    return { kind: "bug", id, message: messageOf(thrown), stack: thrown instanceof Error ? (thrown.stack ?? "") : "", code };
  }
}

/** The line to whoever started this process; what arrives goes to `onRequest`. */
export function connect(onRequest: (message: ChildRequest) => void): (message: ChildReply) => void {
  const parentPort = (process as { parentPort?: ParentPort }).parentPort;
  if (parentPort !== undefined) return connectThroughMain(parentPort, onRequest);
  if (process.send === undefined) throw new Error("this file is the entry of a child process; it is started by the pool");
  process.on("message", (message) => onRequest(message as ChildRequest));
  process.on("disconnect", () => process.exit(0));
  watchParent();
  return (message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
}

/** The main process only starts us; its first message brings the port to the engine. Until then answers wait. */
function connectThroughMain(parentPort: ParentPort, onRequest: (message: ChildRequest) => void): (message: ChildReply) => void {
  const waiting: ChildReply[] = [];
  let port: EnginePort | null = null;
  parentPort.on("message", ({ ports: [brought] }) => {
    if (port !== null || brought === undefined) return;
    port = brought;
    port.on("message", (event) => onRequest(event.data));
    port.on("close", () => process.exit(0));
    port.start();
    for (const message of waiting.splice(0)) port.postMessage(message);
  });
  return (message) => {
    if (port === null) waiting.push(message);
    else port.postMessage(message);
  };
}

/**
 * [Note: orphans] When the parent is killed the channel closes and the process leaves. A child that hangs at that moment in a synchronous loop
 * never hears of it, so a thread of its own looks after the parent and ends the whole process.
 */
function watchParent(): void {
  if (watchParentNatively(process.ppid)) return;
  const watch = `
    const parent = require("node:worker_threads").workerData;
    setInterval(() => {
      let gone = process.ppid !== parent;
      try { process.kill(parent, 0); } catch (error) { gone ||= error.code === "ESRCH"; }
      if (gone) process.kill(process.pid, "SIGKILL");
    }, 1000);`;
  // Asked here and now: a thread that starts late, when the parent is gone, would take the one that adopted us for it.
  new Worker(watch, {
    eval: true,
    workerData: process.ppid,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
  }).unref();
}
