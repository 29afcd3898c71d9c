/**
 * @file The engine's side of inference: a worker that owns a session, asked with promises.
 */
import { Worker } from "node:worker_threads";

import { BugError, UserError } from "../base/errors.ts";
import { counted } from "../base/live-workers.ts";
import { entryPath } from "../base/resources.ts";
import type {
  CloseRequest,
  InferenceAnswer,
  OpenRequest,
  OpenTextRequest,
  Pixels,
  RunRequest,
  TextsRequest,
} from "./inference-messages.ts";

export interface InferenceSessionHandle {
  /**
   * @param pixels [count, size, size, 3] RGB bytes, whose buffer is transferred and unusable afterwards; or where they lie
   * @returns [count, dimensions], unit rows (unless they were asked for as they come)
   */
  embed(pixels: Pixels, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Makes unit vectors of texts. */
export interface TextSessionHandle {
  /** [texts, dimensions], unit rows. */
  embed(texts: readonly string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Starts a worker and opens the session in it. Rejects with UserError `device-unavailable` when the device cannot run the encoder. */
export async function openInference(request: Omit<OpenRequest, "kind">): Promise<InferenceSessionHandle> {
  const { ask, close } = await startWorker(
    { ...request, kind: "open" },
    ({ message }) => new UserError("device-unavailable", `The device ${request.device} cannot run this encoder: ${firstLine(message)}`),
  );
  return {
    embed: (pixels, count) =>
      ask((id) => ({ kind: "run", id, count, pixels }), pixels instanceof Uint8Array ? [pixels.buffer as ArrayBuffer] : []),
    close,
  };
}

/** The same for a text tower, on the CPU: a text takes milliseconds. */
export async function openTextInference(request: Omit<OpenTextRequest, "kind">): Promise<TextSessionHandle> {
  const { ask, close } = await startWorker(
    { ...request, kind: "open-text" },
    ({ code, message }) => new UserError(code, `The text model cannot be opened: ${firstLine(message)}`),
  );
  return {
    embed: (texts) => (texts.length === 0 ? Promise.resolve(new Float32Array(0)) : ask((id) => ({ kind: "texts", id, texts }))),
    close,
  };
}

interface WorkerHandle {
  ask(request: (id: number) => RunRequest | TextsRequest, transfer?: ArrayBuffer[]): Promise<Float32Array>;
  close(): Promise<void>;
}

type Failure = Extract<InferenceAnswer, { kind: "failed" }>;

async function startWorker(open: OpenRequest | OpenTextRequest, refused: (failure: Failure) => UserError): Promise<WorkerHandle> {
  const worker = counted(new Worker(entryPath("inference-worker")));
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
    } else if (answer.id === null) opening?.reject(refused(answer));
    else {
      waiting.get(answer.id)?.reject(new UserError(answer.code, answer.message));
      waiting.delete(answer.id);
    }
  });
  worker.on("error", (error) => fail(error instanceof Error ? error : new BugError(String(error))));
  worker.on("exit", (code) => fail(new BugError(`the inference worker ended with code ${code}`)));
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  /** A thread that is ended in the middle of a call of ONNX Runtime's takes the whole process with it (an uncaught Napi::Error), so it is asked to go first. */
  const close = async (): Promise<void> => {
    worker.postMessage({ kind: "close" } satisfies CloseRequest);
    const impatient = setTimeout(() => void worker.terminate(), patienceMs);
    await ended;
    clearTimeout(impatient);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      opening = { resolve, reject };
      worker.postMessage(open);
    });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  opening = null;
  let next = 0;
  return {
    ask: (request, transfer = []) =>
      new Promise((resolve, reject) => {
        if (dead) {
          reject(dead);
          return;
        }
        const id = next++;
        waiting.set(id, { resolve, reject });
        worker.postMessage(request(id), transfer);
      }),
    close,
  };
}

/** A run of a few pictures takes far less. */
const patienceMs = 10_000;

function firstLine(text: string): string {
  return (text.split("\n")[0] as string).slice(0, 300);
}
