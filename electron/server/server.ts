/**
 * @file The engine behind HTTP and WebSocket, for the browser. Listens on loopback only; who may talk to it is `guard.ts`, what it
 * answers is `routes.ts` and `sockets.ts`. Everything a client can make it hold is bounded: connections, headers, bodies, messages, time.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import { UserError } from "#engine/base/errors.ts";

import type { EngineHost } from "./engine-host.ts";
import { createGuard } from "./guard.ts";
import { builtRendererFolder } from "./renderer-folder.ts";
import { sendError } from "./reply.ts";
import { answerRequest } from "./routes.ts";
import { createSockets } from "./sockets.ts";

export interface ServerOptions {
  readonly engine: EngineHost;
  /** 0 or not given: any free one. */
  readonly port?: number | undefined;
  /** The built renderer, `out/renderer` if not given; an explaining page is served where it is not there. */
  readonly rendererFolder?: string | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
}

export interface ServerLimits {
  readonly connections: number;
  /** Requests on one connection that wait for their answers. */
  readonly pipelined: number;
  readonly sockets: number;
  readonly messageBytes: number;
  /** Answers that a WebSocket's other side leaves unread. */
  readonly unreadBytes: number;
  readonly headerBytes: number;
  /** A request must be complete by then. */
  readonly requestMs: number;
  /** A connection on which nothing moves for so long is cut. */
  readonly idleMs: number;
  readonly pulseMs: number;
}

export const defaultLimits: ServerLimits = {
  connections: 256,
  pipelined: 8,
  sockets: 32,
  messageBytes: 256 * 1024 * 1024,
  unreadBytes: 256 * 1024 * 1024,
  headerBytes: 16 * 1024,
  requestMs: 15_000,
  idleMs: 60_000,
  pulseMs: 30_000,
};

export interface RunningServer {
  /** For a person: has the token in it. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Ends every connection. The engine is the caller's to close. */
  close(): Promise<void>;
}

export async function startServer({
  engine,
  port = 0,
  rendererFolder = builtRendererFolder(),
  limits: given,
}: ServerOptions): Promise<RunningServer> {
  const limits = { ...defaultLimits, ...given };
  const guard = createGuard();
  const sockets = createSockets({
    guard,
    engine,
    socketLimit: limits.sockets,
    messageLimitBytes: limits.messageBytes,
    unreadLimitBytes: limits.unreadBytes,
    pulseMs: limits.pulseMs,
  });
  const routes = { guard, handlers: engine.handlers, rendererFolder };

  const make = (): Server => {
    const checkEveryMs = Math.min(1000, limits.requestMs);
    const server = createServer({
      maxHeaderSize: limits.headerBytes,
      requestTimeout: limits.requestMs,
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: checkEveryMs,
    });
    server.maxConnections = limits.connections;
    server.timeout = limits.idleMs;
    const unanswered = new WeakMap<Socket, number>();
    server.on("request", (request, response) => {
      const count = (unanswered.get(request.socket) ?? 0) + 1;
      // No browser asks again on a connection before it has the answer; who does could open any number of files at once.
      if (count > limits.pipelined) return request.socket.destroy();
      unanswered.set(request.socket, count);
      response.once("close", () => unanswered.set(request.socket, (unanswered.get(request.socket) ?? 1) - 1));
      answerRequest(request, response, routes).catch(() => {
        if (response.headersSent) response.destroy();
        else sendError(response, 500, "internal", "The request could not be answered.");
      });
    });
    server.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head));
    return server;
  };

  const servers = [make()];
  try {
    await listen(servers[0] as Server, "127.0.0.1", port);
  } catch (thrown) {
    sockets.close();
    throw explain(thrown, port);
  }
  const chosen = ((servers[0] as Server).address() as AddressInfo).port;
  const second = make();
  await listen(second, "::1", chosen).then(
    () => servers.push(second),
    () => undefined, // a machine without IPv6, or somebody else has that port there
  );

  return {
    url: `http://127.0.0.1:${chosen}/?token=${guard.token}`,
    port: chosen,
    token: guard.token,
    async close() {
      sockets.close();
      await Promise.all(
        servers.map((server) => {
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          server.closeAllConnections();
          return closed;
        }),
      );
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, ipv6Only: host === "::1" }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function explain(thrown: unknown, port: number): unknown {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
  if (code === "EADDRINUSE")
    return new UserError(
      "port-taken",
      `Port ${port} is taken by another program. Choose another with --port, or leave it out for any free one.`,
      { cause: thrown },
    );
  if (code === "EACCES")
    return new UserError("port-forbidden", `Port ${port} may not be opened by this user. Choose one above 1023.`, { cause: thrown });
  return thrown;
}
