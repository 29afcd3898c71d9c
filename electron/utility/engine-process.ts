/**
 * @file The engine's process in the desktop app. The main process starts it, sends it the ends of channels to serve, and tells it when to
 * leave. A mistake in the engine ends this process and no window; the main process starts another.
 */
import type { ParentPort } from "electron";

import { entryPath } from "#engine/base/resources.ts";
import { createEngineHost } from "#engine/engine.ts";
import type { FromEngineProcess, ToEngineProcess } from "#protocol/electron-shell.ts";
import { serve } from "#protocol/server.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import { createChildStarter } from "./spawn-through-main.ts";

const parentPort = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;
if (parentPort === undefined) throw new Error("this file is the entry of a utility process of the desktop app");

const post = (message: FromEngineProcess): void => parentPort.postMessage(message);
const starter = createChildStarter(post);
const starting = createEngineHost({
  spawn: starter.spawn(entryPath("pixel-child")),
  spawnTrainer: () => starter.spawn(entryPath("trainer")),
  watch: true,
});

parentPort.on("message", (event) => {
  const message = event.data as ToEngineProcess;
  const port = event.ports[0];
  if (message.kind === "close") void leave();
  else if (message.kind !== "client") starter.handle(message, port);
  else if (port !== undefined) {
    // The port holds back what arrives until `serve` listens.
    void starting.then((engine) => serve(mainPortTransport(port), engine.handlers, engine.subscribe));
  }
});
post({ kind: "ready" });
await starting;

async function leave(): Promise<void> {
  let code = 0;
  try {
    await (await starting).close();
  } catch {
    code = 1;
  }
  process.exit(code);
}
