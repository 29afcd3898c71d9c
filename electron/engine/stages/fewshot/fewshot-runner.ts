/**
 * @file Keeps the worker that learns from clicks for an open collection. It is started with the first question, and anew where the vectors are others.
 */
import { Worker } from "node:worker_threads";

import { BugError } from "../../base/errors.ts";
import { counted } from "../../base/live-workers.ts";
import { entryPath } from "../../base/resources.ts";
import { revive } from "../compute.ts";
import type { FewshotAnswer, FewshotCall, FewshotStart, FewshotTask, FewshotTasks } from "./fewshot-messages.ts";

export interface FewshotRunner {
  /** @param key of the vectors: another key, another worker */
  ask<T extends FewshotTask>(
    start: FewshotStart & { readonly key: string },
    task: T,
    input: FewshotTasks[T]["input"],
  ): Promise<FewshotTasks[T]["output"]>;
  close(): Promise<void>;
}

interface Living {
  readonly key: string;
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve: (output: unknown) => void; reject: (reason: Error) => void }>;
}

export function createFewshotRunner(): FewshotRunner {
  let living: Living | null = null;
  let nextId = 1;
  const end = async (reason: Error): Promise<void> => {
    const ending = living;
    living = null;
    if (ending === null) return;
    const isBusy = ending.waiting.size > 0;
    for (const { reject } of ending.waiting.values()) reject(reason);
    // An idle one goes by itself: ended inside an addon it would take the process with it (an uncaught Napi::Error).
    if (isBusy) await ending.worker.terminate();
    else ending.worker.postMessage(null);
  };
  const begin = ({ key, workspace, spaces }: FewshotStart & { readonly key: string }): Living => {
    const start: FewshotStart = { workspace, spaces };
    const worker = counted(new Worker(entryPath("fewshot-worker"), { workerData: start }));
    const begun: Living = { key, worker, waiting: new Map() };
    worker.on("message", (answer: FewshotAnswer) => {
      const asked = begun.waiting.get(answer.id);
      begun.waiting.delete(answer.id);
      if (answer.error) asked?.reject(revive(answer.error));
      else asked?.resolve(answer.output);
    });
    const failed = (error: Error): void => {
      if (living === begun) living = null;
      for (const { reject } of begun.waiting.values()) reject(error);
      begun.waiting.clear();
    };
    worker.on("error", (error) => failed(error instanceof Error ? error : new BugError(String(error))));
    worker.on("exit", (code) => failed(new BugError(`the worker that learns from clicks ended with code ${code}`)));
    // An idle worker must not keep a command from ending.
    worker.unref();
    return begun;
  };
  return {
    ask: async (start, task, input) => {
      if (living?.key !== start.key) {
        await end(new BugError("the vectors changed while something was asked of them"));
        living = begin(start);
      }
      const { worker, waiting } = living as Living;
      const call: FewshotCall = { id: nextId++, task, input };
      worker.ref();
      try {
        const output = await new Promise<unknown>((resolve, reject) => {
          waiting.set(call.id, { resolve, reject });
          worker.postMessage(call);
        });
        return output as FewshotTasks[typeof task]["output"];
      } finally {
        if (waiting.size === 0) worker.unref();
      }
    },
    close: () => end(new BugError("the collection was closed")),
  };
}
