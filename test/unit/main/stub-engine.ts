/** @file An engine process whose inside is the test's: speaks the shell's protocol, serves the handlers it is given. */
import type { Handlers } from "#protocol/contract.ts";
import type { FromEngineProcess, ToEngineProcess } from "#protocol/electron-shell.ts";
import { serve } from "#protocol/server.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import { type ChildStarter, createChildStarter } from "../../../electron/utility/spawn-through-main.ts";
import { type EventSource, eventSource, someHandlers } from "../protocol/some-handlers.ts";
import { stubProcess, type StubProcess } from "./stub-electron.ts";

export interface StubEngine {
  readonly process: StubProcess;
  readonly events: EventSource;
  readonly starter: ChildStarter;
  readonly closeAsked: boolean;
}

/** `polite`: leaves when it is asked to. */
export function stubEngine(handlers: Partial<Handlers>, polite = true): StubEngine {
  const process = stubProcess();
  const events = eventSource();
  const starter = createChildStarter((message: FromEngineProcess) => process.parentPort.postMessage(message));
  let closeAsked = false;
  process.parentPort.on("message", (event) => {
    const message = event.data as ToEngineProcess;
    const port = event.ports[0];
    if (message.kind === "close") {
      closeAsked = true;
      if (polite) process.exit(0);
    } else if (message.kind !== "client") starter.handle(message, port);
    else if (port !== undefined) serve(mainPortTransport(port), someHandlers(handlers), events.subscribe);
  });
  process.parentPort.postMessage({ kind: "ready" } satisfies FromEngineProcess);
  return {
    process,
    events,
    starter,
    get closeAsked() {
      return closeAsked;
    },
  };
}
