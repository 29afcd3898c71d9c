/**
 * @file The page's side of a port that somebody else makes: the Electron shell hands one over when the engine has started, and another
 * when it had to start it anew. Between two ports the connection is "lost", and the client reads again when the next one is there.
 */
import { type PagePort, pagePortTransport } from "./message-port.ts";
import { type Transport, TransportState } from "./transport.ts";

/** `kind` of the window message that brings a port from the preload script to the page. */
export const portMessageKind = "likeness:engine-port";

/** The part of a window that is needed. */
export interface PortWindow {
  addEventListener(
    type: "message",
    listener: (event: { readonly data: unknown; readonly source: unknown; readonly ports: readonly PagePort[] }) => void,
  ): void;
}

/** Listens for ports from this very window's preload script, then calls `ask` so that it sends the one it has. */
export function handedPortTransport(window: PortWindow, ask: () => void): Transport {
  const state = new TransportState("connecting");
  let current: Transport | null = null;

  function use(port: PagePort): void {
    current?.close();
    const next = pagePortTransport(port, { move: false });
    current = next;
    if (state.current === "open") state.set("lost");
    next.listen({
      message: (value) => {
        if (current === next) state.deliver(value);
      },
      state: (portState) => {
        if (current === next) state.set(portState === "open" ? "open" : "lost");
      },
    });
  }

  return {
    listen(listener) {
      state.attach(listener);
      window.addEventListener("message", (event) => {
        const port = event.ports[0];
        if (event.source === window && event.data === portMessageKind && port !== undefined && state.current !== "closed") use(port);
      });
      ask();
    },
    send(message) {
      if (state.current === "open") current?.send(message);
    },
    close() {
      state.set("closed");
      current?.close();
    },
  };
}
