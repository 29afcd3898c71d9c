/**
 * @file The engine's side of inference: a worker that owns a session, asked with promises.
 */
import { Worker } from "node:worker_threads";

import { BugError, UserError } from "../base/errors.ts";
import { entryPath } from "../base/resources.ts";
import type { InferenceAnswer, OpenRequest, Pixels, RunRequest } from "./inference-messages.ts";

export interface InferenceSessionHandle {
  /**
   * @param pixels [count, size, size, 3] RGB bytes, whose buffer is transferred and unusable afterwards; or where they lie
   * @returns [count, dimensions], unit rows (unless they were asked for as they come)
   */
  embed(pixels: Pixels, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Starts a worker and opens the session in it. Rejects with UserError `device-unavailable` when the device cannot run the encoder. */
export async function openInference(request: Omit<OpenRequest, "kind">): Promise<InferenceSessionHandle> {
  const worker = new Worker(entryPath("inference-worker"));
  const waiting = new Map<number, { resolve: (vectors: Float32Array) => void; reject: (reason: Error) => void }>();
  let opening: { resolve: () => void; reject: (reason: Error) => void } | null = null;
  let dead: Error | null = null;
  const fail = (reason: Error): void => {
    dead = reason;
    opening?.reject(reason);
    for (const each of waiting.values()) each.reject(reason);
    waiting.clear();
  };
  worker.on("message", (answer: InferenceAnswer) => {
    if (answer.kind === "opened") opening?.resolve();
    else if (answer.kind === "vectors") {
      waiting.get(answer.id)?.resolve(answer.vectors);
      waiting.delete(answer.id);
    } else if (answer.id === null)
      opening?.reject(
        new UserError("device-unavailable", `The device ${request.device} cannot run this encoder: ${firstLine(answer.message)}`),
      );
    else {
      waiting.get(answer.id)?.reject(new UserError(answer.code, answer.message));
      waiting.delete(answer.id);
    }
  });
  worker.on("error", (error) => fail(error instanceof Error ? error : new BugError(String(error))));
  worker.on("exit", (code) => fail(new BugError(`the inference worker ended with code ${code}`)));
  const close = async (): Promise<void> => {
    await worker.terminate();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      opening = { resolve, reject };
      worker.postMessage({ ...request, kind: "open" } satisfies OpenRequest);
    });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  opening = null;
  let next = 0;
  return {
    embed: (pixels, count) =>
      new Promise((resolve, reject) => {
        if (dead) {
          reject(dead);
          return;
        }
        const id = next++;
        waiting.set(id, { resolve, reject });
        worker.postMessage(
          { kind: "run", id, count, pixels } satisfies RunRequest,
          pixels instanceof Uint8Array ? [pixels.buffer as ArrayBuffer] : [],
        );
      }),
    close,
  };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] as string).slice(0, 300);
}
