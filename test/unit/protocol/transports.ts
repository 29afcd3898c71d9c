/** @file The transports the protocol suite runs over, each as a pair of ends over the real thing. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MessageChannel, type MessagePort } from "node:worker_threads";

import { WebSocket, WebSocketServer } from "ws";

import { memoryPair } from "#protocol/transports/memory.ts";
import {
  mainPortTransport,
  type MainPort,
  type PagePort,
  pagePortTransport,
  workerPortTransport,
} from "#protocol/transports/message-port.ts";
import type { Transport } from "#protocol/transports/transport.ts";
import { reconnectingSocketTransport, serverSocketTransport } from "#protocol/transports/web-socket.ts";

export interface Pair {
  readonly client: Transport;
  readonly server: Transport;
  /** Whether the client tries again after a loss. */
  readonly reconnects: boolean;
  dispose(): Promise<void>;
}

export const transports: Readonly<Record<string, () => Promise<Pair>>> = {
  memory: async () => ({ ...memoryPair(), reconnects: false, dispose: async () => undefined }),
  "worker ports": async () =>
    ports(
      (port) => workerPortTransport(port),
      (port) => workerPortTransport(port),
    ),
  "a page's port and Electron's": async () =>
    ports(
      (port) => pagePortTransport(port as unknown as PagePort, { move: false }),
      (port) => mainPortTransport(asMainPort(port)),
    ),
  WebSocket: webSockets,
};

async function ports(client: (port: MessagePort) => Transport, server: (port: MessagePort) => Transport): Promise<Pair> {
  const { port1, port2 } = new MessageChannel();
  return {
    client: client(port1),
    server: server(port2),
    reconnects: false,
    async dispose() {
      port1.close();
      port2.close();
    },
  };
}

/** Electron's port has Node's `on`, but gives its listeners an event and takes nothing to move. */
export function asMainPort(port: MessagePort): MainPort {
  function on(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  function on(type: "close", listener: () => void): void;
  function on(type: "message" | "close", listener: (event: { readonly data: unknown }) => void): void {
    if (type === "message") port.on("message", (data: unknown) => listener({ data }));
    else port.on("close", () => listener({ data: undefined }));
  }
  return { postMessage: (message) => port.postMessage(message), on, start: () => port.start(), close: () => port.close() };
}

async function webSockets(): Promise<Pair> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const accepted = once(server, "connection") as Promise<[WebSocket]>;
  const { port } = http.address() as AddressInfo;
  const first = new WebSocket(`ws://127.0.0.1:${port}/`);
  const [socket] = await accepted;
  await (first.readyState === WebSocket.OPEN ? Promise.resolve() : once(first, "open"));
  let used = false;
  const client = reconnectingSocketTransport(
    () => {
      if (used) return new WebSocket(`ws://127.0.0.1:${port}/`);
      used = true;
      // The first one is open already: tell the transport so, as it would have heard.
      queueMicrotask(() => first.emit("open"));
      return first;
    },
    { delayMs: () => 5 },
  );
  return {
    client,
    server: serverSocketTransport(socket),
    reconnects: true,
    async dispose() {
      client.close();
      for (const open of server.clients) open.terminate();
      await new Promise((resolve) => server.close(resolve));
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
