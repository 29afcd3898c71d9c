/** @file A client that loses its connection: WebSocket tries again, more slowly each time; a handed port waits for the next. */
import { MessageChannel } from "node:worker_threads";

import { describe, expect, it } from "vitest";

import { createClient } from "#protocol/client.ts";
import { decodeFrame, encodeFrame } from "#protocol/frame.ts";
import { serve } from "#protocol/server.ts";
import { handedPortTransport, portMessageKind, type PortWindow } from "#protocol/transports/handed-port.ts";
import { type PagePort, workerPortTransport } from "#protocol/transports/message-port.ts";
import type { ConnectionState } from "#protocol/transports/transport.ts";
import { type ClientSocket, reconnectDelayMs, reconnectingSocketTransport } from "#protocol/transports/web-socket.ts";

import { eventSource, someHandlers, until } from "./some-handlers.ts";

/** A socket whose other side is the test. */
class TestSocket extends EventTarget {
  binaryType = "blob";
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  send(bytes: Uint8Array): void {
    this.sent.push(decodeFrame(bytes));
  }
  close(code?: number): void {
    this.closedWith = code;
    this.dispatchEvent(new Event("close"));
  }
  happen(type: "open" | "close"): void {
    this.dispatchEvent(new Event(type));
  }
  receive(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

function sockets(): { made: TestSocket[]; open: () => ClientSocket; delays: number[]; delayMs: (attempt: number) => number } {
  const made: TestSocket[] = [];
  const delays: number[] = [];
  const open = (): ClientSocket => {
    const socket = new TestSocket();
    made.push(socket);
    return socket as unknown as ClientSocket;
  };
  return { made, open, delays, delayMs: (attempt) => (delays.push(attempt), 1) };
}

describe("a WebSocket client", () => {
  it("waits longer after each failure, up to ten seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 1000].map(reconnectDelayMs)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it("sends what was asked while it connected, fails what was in flight at a loss, and goes on", async () => {
    const { made, open, delays, delayMs } = sockets();
    const client = createClient(reconnectingSocketTransport(open, { delayMs }));
    const states: ConnectionState[] = [];
    client.onConnection((state) => states.push(state));
    const first = client.call("jobs.list", {});
    const lost = expect(first).rejects.toMatchObject({ code: "connection-lost", kind: "connection" });
    expect(made[0]?.sent).toEqual([]);
    made[0]?.happen("open");
    expect(made[0]?.binaryType).toBe("arraybuffer");
    expect(made[0]?.sent).toEqual([{ kind: "call", id: 1, method: "jobs.list", params: {} }]);
    made[0]?.happen("close");
    await lost;
    const second = client.call("jobs.list", {});
    await until(() => made.length === 2);
    made[1]?.happen("close");
    await until(() => made.length === 3);
    made[2]?.happen("open");
    expect(made[2]?.sent).toEqual([{ kind: "call", id: 2, method: "jobs.list", params: {} }]);
    made[2]?.receive(encodeFrame({ kind: "result", id: 2, result: { jobs: [] } }).buffer);
    expect(await second).toEqual({ jobs: [] });
    made[2]?.happen("close");
    await until(() => made.length === 4);
    // Attempts are counted anew once it was open.
    expect(delays).toEqual([0, 1, 0]);
    expect(states).toEqual(["connecting", "open", "lost", "open", "lost"]);
    client.close();
    expect(states.at(-1)).toBe("closed");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(made).toHaveLength(4);
  });

  it.each([
    ["text", "hello"],
    ["bytes of somebody else", new Uint8Array([1, 2, 3]).buffer],
    ["a blob", new Blob()],
  ])("starts over after %s", async (_what, data) => {
    const { made, open, delayMs } = sockets();
    const client = createClient(reconnectingSocketTransport(open, { delayMs }));
    made[0]?.happen("open");
    made[0]?.receive(data);
    expect(made[0]?.closedWith).toBe(4002);
    await until(() => made.length === 2);
    client.close();
  });
});

describe("a page whose port is handed over", () => {
  /** A window to which the test posts; `source` is the window itself unless said otherwise. */
  function page(): { window: PortWindow; post(port: unknown, data?: unknown, source?: unknown): void } {
    const listeners: Parameters<PortWindow["addEventListener"]>[1][] = [];
    const window: PortWindow = { addEventListener: (_type, listener) => void listeners.push(listener) };
    return {
      window,
      post: (port, data = portMessageKind, source = window) =>
        listeners.forEach((listener) => listener({ data, source, ports: [port as PagePort] })),
    };
  }

  function engine(version: string): unknown {
    const { port1, port2 } = new MessageChannel();
    serve(
      workerPortTransport(port1),
      someHandlers({
        "app.state": () => ({ collection: null, recent: [], version }),
        "images.columns": () => (port1.close(), new Promise(() => undefined)),
      }),
      eventSource().subscribe,
    );
    return port2;
  }

  it("asks for one, uses it, and goes on with the next when the engine dies", async () => {
    const { window, post } = page();
    let asked = 0;
    const client = createClient(handedPortTransport(window, () => (asked += 1)));
    const states: ConnectionState[] = [];
    client.onConnection((state) => states.push(state));
    const early = client.call("app.state", {});
    expect(asked).toBe(1);
    post(engine("one"));
    expect((await early).version).toBe("one");
    await expect(client.call("images.columns", {})).rejects.toMatchObject({ code: "connection-lost" });
    const waiting = client.call("app.state", {});
    post(engine("two"));
    expect((await waiting).version).toBe("two");
    expect(states).toEqual(["connecting", "open", "lost", "open"]);
    client.close();
  });

  it("takes no port from anybody else", () => {
    const { window, post } = page();
    const client = createClient(handedPortTransport(window, () => undefined));
    let state = "";
    client.onConnection((next) => (state = next));
    const { port1 } = new MessageChannel();
    post(port1, portMessageKind, {});
    post(port1, "something else");
    expect(state).toBe("connecting");
    port1.close();
    client.close();
  });
});
