/**
 * @file Child processes for an engine that may not fork: the main process starts each as a utility process and connects us by a channel.
 * What is posted before the channel is there waits for it.
 */
import type { MessagePortMain } from "electron";

import type { EngineOptions } from "#engine/engine.ts";
import type { FromEngineProcess, ToEngineProcess } from "#protocol/electron-shell.ts";

type SpawnChild = NonNullable<EngineOptions["spawn"]>;
type ChildPort = ReturnType<SpawnChild>;
type ChildReply = Parameters<Parameters<ChildPort["onMessage"]>[0]>[0];

/** The part of Electron's port that is needed. */
export type EnginePort = Pick<MessagePortMain, "postMessage" | "start" | "close"> & {
  on(event: "message", listener: (event: { readonly data: unknown }) => void): unknown;
};

export interface ChildStarter {
  spawn(entry: string): SpawnChild;
  /** What the main process says about children. */
  handle(message: Extract<ToEngineProcess, { id: number }>, port: EnginePort | undefined): void;
}

interface Child {
  port: EnginePort | null;
  readonly waiting: unknown[];
  onMessage: ((message: ChildReply) => void) | null;
  onExit: ((why: string) => void) | null;
  gone: string | null;
}

export function createChildStarter(post: (message: FromEngineProcess) => void): ChildStarter {
  const children = new Map<number, Child>();
  let lastId = 0;

  return {
    spawn: (entry) => () => {
      const id = (lastId += 1);
      const child: Child = { port: null, waiting: [], onMessage: null, onExit: null, gone: null };
      children.set(id, child);
      post({ kind: "start-child", id, entry });
      return {
        post(message) {
          if (child.port !== null) child.port.postMessage(message);
          else if (child.gone === null) child.waiting.push(message);
        },
        onMessage(listener) {
          child.onMessage = listener;
          listen(child);
        },
        onExit(listener) {
          child.onExit = listener;
          if (child.gone !== null) listener(child.gone);
        },
        kill: () => post({ kind: "kill-child", id }),
      };
    },
    handle(message, port) {
      const child = children.get(message.id);
      if (child === undefined) return port?.close();
      if (message.kind === "child-started" && port !== undefined) {
        child.port = port;
        for (const waiting of child.waiting.splice(0)) port.postMessage(waiting);
        listen(child);
      } else if (message.kind === "child-gone") {
        children.delete(message.id);
        child.port?.close();
        child.gone = message.why;
        child.onExit?.(message.why);
      }
    },
  };
}

/** A port keeps what arrives until it is started, so nothing is lost whichever comes first. */
function listen({ port, onMessage }: Child): void {
  if (port === null || onMessage === null) return;
  port.on("message", (event) => onMessage(event.data as ChildReply));
  port.start();
}
