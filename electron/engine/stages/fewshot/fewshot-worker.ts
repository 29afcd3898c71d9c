/**
 * @file Entry of the worker that learns from clicks. It answers one call after another until it is told null, or ended.
 */
import { parentPort, workerData } from "node:worker_threads";

import { BugError, codeOf, messageOf } from "../../base/errors.ts";
import type { FewshotAnswer, FewshotCall, FewshotStart } from "./fewshot-messages.ts";
import { openFewshotSession, type FewshotSession } from "./fewshot-session.ts";

const port = parentPort;
if (!port) throw new BugError("fewshot-worker must be started as a worker thread");
let session: FewshotSession | null = null;

port.on("message", (call: FewshotCall | null) => {
  if (call === null) {
    port.close();
    return;
  }
  const { id, task, input } = call;
  let answer: FewshotAnswer;
  try {
    session ??= openFewshotSession(workerData as FewshotStart);
    answer = { id, output: (session[task] as (value: unknown) => unknown)(input), error: null };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new BugError(messageOf(thrown));
    answer = { id, error: { name: error.name, code: codeOf(thrown), message: error.message, stack: error.stack ?? "" } };
  }
  port.postMessage(answer);
});
