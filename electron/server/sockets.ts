/** @file The WebSocket side of the server: who may open one, how many, how large a message, and whether the other side still lives. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { type WebSocket, WebSocketServer } from "ws";

import { serve } from "#protocol/server.ts";
import { serverSocketTransport } from "#protocol/transports/web-socket.ts";

import type { EngineHost } from "./engine-host.ts";
import { type Guard, pathOf } from "./guard.ts";

export interface SocketOptions {
  readonly guard: Guard;
  readonly engine: EngineHost;
  readonly socketLimit: number;
  readonly messageLimitBytes: number;
  /** A client that lets more than this pile up is cut off. */
  readonly unreadLimitBytes: number;
  /** How often each client is asked whether it is there; one that missed the last time is cut off. */
  readonly pulseMs: number;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createSockets(options: SocketOptions): Sockets {
  const { guard, engine, socketLimit, messageLimitBytes, unreadLimitBytes, pulseMs } = options;
  const server = new WebSocketServer({ noServer: true, clientTracking: true, perMessageDeflate: false, maxPayload: messageLimitBytes });
  const silent = new WeakSet<WebSocket>();

  const pulse = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate();
      silent.add(socket);
      socket.ping();
    }
  }, pulseMs);
  pulse.unref();

  function accept(socket: WebSocket): void {
    for (const sign of ["pong", "message"] as const) socket.on(sign, () => silent.delete(socket));
    serve(serverSocketTransport(socket, { limitBytes: messageLimitBytes, unreadLimitBytes }), engine.handlers, engine.subscribe);
  }

  return {
    upgrade(request, socket, head) {
      socket.on("error", () => socket.destroy());
      const foreign = guard.foreign(request);
      if (foreign !== null) return refuse(socket, foreign.status);
      if (pathOf(request) !== "/rpc") return refuse(socket, 404);
      // A browser always says where a WebSocket comes from; who does not is no browser and has the token itself.
      if (!(request.headers.origin === undefined ? guard.bearer(request) : guard.knows(request))) return refuse(socket, 401);
      if (server.clients.size >= socketLimit) return refuse(socket, 503);
      // The time limit was the request's; from here on the pulse watches.
      if ("setTimeout" in socket) (socket as { setTimeout(ms: number): void }).setTimeout(0);
      server.handleUpgrade(request, socket, head, accept);
    },
    close() {
      clearInterval(pulse);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** The other side may never close its half: what was said is sent, then the connection is cut. */
function refuse(socket: Duplex, status: number): void {
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
