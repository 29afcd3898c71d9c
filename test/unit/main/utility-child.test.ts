/** @file The inside of a child under Electron: its line to the engine comes with the first message, and nothing is lost before. */
import { afterEach, expect, it, vi } from "vitest";

import { serve } from "#engine/children/serve.ts";

import { until } from "../protocol/some-handlers.ts";
import { stubChannel, stubProcess } from "./stub-electron.ts";

const own = process as { parentPort?: unknown };
afterEach(() => {
  delete own.parentPort;
  vi.restoreAllMocks();
});

interface Echo {
  readonly echo: { request: { readonly text: string }; result: string };
}

it("answers the engine over the port that main brought, in order, and leaves when the engine does", async () => {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const child = stubProcess();
  own.parentPort = child.parentPort;
  serve<Echo>({ echo: ({ text }) => `you said ${text}` });
  const { port1: childEnd, port2: engineEnd } = stubChannel();
  const heard: unknown[] = [];
  engineEnd.on("message", ({ data }) => heard.push(data));
  engineEnd.start();
  engineEnd.postMessage({ id: 1, operation: "echo", request: { text: "a" } });
  child.handle.postMessage({ kind: "engine" }, [childEnd]);
  engineEnd.postMessage({ id: 2, operation: "echo", request: { text: "b" } });
  engineEnd.postMessage({ id: 3, operation: "none", request: null });
  await until(() => heard.length === 4);
  expect(heard).toMatchObject([
    { kind: "ready" },
    { kind: "done", id: 1, result: "you said a" },
    { kind: "done", id: 2, result: "you said b" },
    { kind: "bug", id: 3, message: "no operation named none" },
  ]);
  engineEnd.close();
  await until(() => exit.mock.calls.length === 1);
  expect(exit).toHaveBeenCalledWith(0);
});
