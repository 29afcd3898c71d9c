/**
 * @file Messages over a MessagePort. There are three kinds of port with two ways to listen: the browser's (`addEventListener`), Node's
 * worker port and Electron's `MessagePortMain` (`on`). Arrays that were handed over are moved where that works. It does not where one end
 * is Electron's: its port refuses to send them, and a message in which a page moves one to it arrives empty (electron issue 34905).
 */
import { packArrays } from "../typed-arrays.ts";
import { type Transport, type TransportListener, TransportState } from "./transport.ts";

/** A port of a browser page or worker. */
export interface PagePort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: () => void): void;
  start(): void;
  close(): void;
}

/** A port of Node's worker threads. */
export interface WorkerPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(type: "message", listener: (message: unknown) => void): unknown;
  on(type: "close", listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** Electron's port outside of pages. */
export interface MainPort {
  postMessage(message: unknown): void;
  on(type: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  on(type: "close", listener: () => void): unknown;
  start(): void;
  close(): void;
}

export function pagePortTransport(port: PagePort, options: { readonly move?: boolean } = {}): Transport {
  return portTransport({
    post: (message, moved) => port.postMessage(message, options.move === false ? [] : moved),
    start(deliver, closed) {
      port.addEventListener("message", (event) => deliver(event.data));
      port.addEventListener("close", closed);
      port.start();
    },
    close: () => port.close(),
  });
}

export function workerPortTransport(port: WorkerPort): Transport {
  return portTransport({
    post: (message, moved) => port.postMessage(message, moved),
    start(deliver, closed) {
      port.on("message", deliver);
      port.on("close", closed);
      port.start();
    },
    close: () => port.close(),
  });
}

export function mainPortTransport(port: MainPort): Transport {
  return portTransport({
    post: (message) => port.postMessage(message),
    start(deliver, closed) {
      port.on("message", (event) => deliver(event.data));
      port.on("close", closed);
      port.start();
    },
    close: () => port.close(),
  });
}

interface PortActions {
  post(message: unknown, moved: ArrayBuffer[]): void;
  start(deliver: (message: unknown) => void, closed: () => void): void;
  close(): void;
}

function portTransport(port: PortActions): Transport {
  const state = new TransportState("open");
  return {
    listen(listener: TransportListener) {
      state.attach(listener);
      port.start(
        (message) => state.deliver(message),
        () => state.set("closed"),
      );
    },
    send(message) {
      if (state.current !== "open") return;
      const packed = packArrays(message);
      port.post(packed.message, packed.moved);
    },
    close() {
      state.set("closed");
      port.close();
    },
  };
}
