/**
 * @file Entry of the worker that owns one ONNX Runtime session. `session.run` blocks the thread it is called on, so it lives here and
 * never on the engine's own thread.
 */
import { parentPort } from "node:worker_threads";

import { Tensor, type InferenceSession } from "onnxruntime-node";

import { BugError, codeOf, messageOf } from "../base/errors.ts";
import type { InferenceAnswer, InferenceRequest, OpenRequest } from "./inference-messages.ts";
import { fillInput, makeLookup, normaliseRows } from "./prepare-input.ts";
import { readPixels } from "./read-pixels.ts";
import { openSession } from "./session.ts";

interface Opened {
  readonly session: InferenceSession;
  readonly request: OpenRequest;
  readonly lookup: Float32Array;
  buffer: Float32Array;
}

let opened: Opened | null = null;
const port = parentPort;
if (!port) throw new BugError("inference-worker must be started as a worker thread");

function answer(message: InferenceAnswer, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function handle(request: InferenceRequest): Promise<void> {
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
  if (!opened) throw new BugError("run before open");
  const { input, outputName, dimensions } = opened.request;
  const length = request.count * 3 * input.size * input.size;
  if (opened.buffer.length < length) opened.buffer = new Float32Array(length);
  const values = opened.buffer.subarray(0, length);
  fillInput(readPixels(request.pixels, 3 * input.size * input.size), request.count, input, opened.lookup, values);
  const shape = input.layout === "NCHW" ? [request.count, 3, input.size, input.size] : [request.count, input.size, input.size, 3];
  const outputs = await opened.session.run({ [input.name]: new Tensor("float32", values, shape) });
  const output = outputs[outputName];
  if (!output || output.data.length !== request.count * dimensions)
    throw new BugError(
      `the encoder gave ${output?.data.length ?? 0} numbers for ${request.count} pictures; expected ${request.count * dimensions}`,
    );
  const vectors = normaliseRows(Float32Array.from(output.data as Float32Array), request.count, dimensions);
  answer({ kind: "vectors", id: request.id, vectors }, [vectors.buffer as ArrayBuffer]);
}

// One request at a time, in order.
let queue: Promise<void> = Promise.resolve();
port.on("message", (request: InferenceRequest) => {
  queue = queue
    .then(() => handle(request))
    .catch((thrown: unknown) =>
      answer({ kind: "failed", id: request.kind === "run" ? request.id : null, code: codeOf(thrown), message: messageOf(thrown) }),
    );
});
