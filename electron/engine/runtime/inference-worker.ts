/**
 * @file Entry of the worker that owns one ONNX Runtime session, of an encoder of pictures or of its text tower. `session.run` blocks the thread it is called on,
 * so it lives here and never on the engine's own thread.
 */
import { parentPort } from "node:worker_threads";

import { Tensor, type InferenceSession } from "onnxruntime-node";

import { BugError, codeOf, messageOf } from "../base/errors.ts";
import type { CloseRequest, InferenceAnswer, InferenceRequest, OpenRequest } from "./inference-messages.ts";
import { fillInput, makeLookup, normaliseRows } from "./prepare-input.ts";
import { readPixels } from "./read-pixels.ts";
import { openSession } from "./session.ts";
import type { TextSession } from "./text/text-session.ts";

interface Opened {
  readonly session: InferenceSession;
  readonly request: OpenRequest;
  readonly lookup: Float32Array;
  buffer: Float32Array;
}

let opened: Opened | null = null;
let openedText: TextSession | null = null;
const port = parentPort;
if (!port) throw new BugError("inference-worker must be started as a worker thread");

function answer(message: InferenceAnswer, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function handle(request: Exclude<InferenceRequest, CloseRequest>): Promise<void> {
  if (request.kind === "open") {
    const session = await openSession(request.modelPath, request.device, request.threads);
    if (!session.inputNames.includes(request.input.name) || !session.outputNames.includes(request.outputName))
      throw new BugError(
        `${request.modelPath} has inputs ${session.inputNames.join(", ")} and outputs ${session.outputNames.join(", ")}; expected ${request.input.name} and ${request.outputName}`,
      );
    opened = { session, request, lookup: makeLookup(request.input), buffer: new Float32Array(0) };
    answer({ kind: "opened" });
    return;
  }
  if (request.kind === "open-text") {
    const { openTextSession } = await import("./text/text-session.ts");
    openedText = await openTextSession(request.modelPath, request.text, request.threads);
    answer({ kind: "opened" });
    return;
  }
  if (request.kind === "texts") {
    if (!openedText) throw new BugError("texts before open-text");
    const made = await openedText.embed(request.texts);
    answer({ kind: "vectors", id: request.id, vectors: made }, [made.buffer as ArrayBuffer]);
    return;
  }
  if (!opened) throw new BugError("run before open");
  const { input, dimensions, isRaw } = opened.request;
  const bytesEach = 3 * input.size * input.size;
  const pixels = readPixels(request.pixels, bytesEach);
  const vectors = new Float32Array(request.count * dimensions);
  const step = input.batch ?? request.count;
  for (let from = 0; from < request.count; from += step) {
    const count = Math.min(step, request.count - from);
    vectors.set(await runOnce(opened, pixels.subarray(from * bytesEach, (from + count) * bytesEach), count), from * dimensions);
  }
  if (isRaw !== true) normaliseRows(vectors, request.count, dimensions);
  answer({ kind: "vectors", id: request.id, vectors }, [vectors.buffer as ArrayBuffer]);
}

/** [count, dimensions] of [count, size, size, 3] bytes. A fixed batch is filled up with its first picture, whose rows are left out again. */
async function runOnce(open: Opened, pixels: Uint8Array, count: number): Promise<Float32Array> {
  const { input, outputName, dimensions } = open.request;
  const batch = input.batch ?? count;
  const length = 3 * input.size * input.size;
  if (open.buffer.length < batch * length) open.buffer = new Float32Array(batch * length);
  const values = open.buffer.subarray(0, batch * length);
  fillInput(pixels, count, input, open.lookup, values);
  for (let row = count; row < batch; row++) values.copyWithin(row * length, 0, length);
  const shape = input.layout === "NCHW" ? [batch, 3, input.size, input.size] : [batch, input.size, input.size, 3];
  const outputs = await open.session.run({ [input.name]: new Tensor("float32", values, shape) });
  const output = outputs[outputName];
  if (!output || output.data.length !== batch * dimensions)
    throw new BugError(`the encoder gave ${output?.data.length ?? 0} numbers for ${batch} pictures; expected ${batch * dimensions}`);
  return (output.data as Float32Array).subarray(0, count * dimensions);
}

async function close(): Promise<void> {
  await opened?.session.release();
  await openedText?.close();
  // Nothing else keeps the thread.
  port?.close();
}

// One request at a time, in order; after the last one, none.
let queue: Promise<void> = Promise.resolve();
let isClosing = false;
port.on("message", (request: InferenceRequest) => {
  if (request.kind === "close") {
    isClosing = true;
    queue = queue.then(close);
    return;
  }
  queue = queue
    .then(() => (isClosing ? undefined : handle(request)))
    .catch((thrown: unknown) =>
      answer({ kind: "failed", id: "id" in request ? request.id : null, code: codeOf(thrown), message: messageOf(thrown) }),
    );
});
