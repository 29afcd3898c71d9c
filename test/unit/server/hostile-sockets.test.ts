/** @file WebSockets that mean harm, and a thousand connections at once: each is refused or bounded, and the server lives on. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { encodeFrame } from "#protocol/frame.ts";

import { defaultLimits } from "../../../electron/server/server.ts";
import { until } from "../protocol/some-handlers.ts";
import { get, raw, request } from "./raw-http.ts";
import { testServer, type TestServer } from "./test-server.ts";

describe("a thousand at once", () => {
  it("connections that say nothing: no more are held than the limit, and there is room again afterwards", async () => {
    const server = await testServer();
    let [open, most, gone] = [0, 0, 0];
    const held = Array.from({ length: 1000 }, () => {
      const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
      socket.on("connect", () => (most = Math.max(most, ++open))).on("close", () => (open--, gone++));
      return socket.resume();
    });
    await until(() => gone >= 1000 - defaultLimits.connections);
    expect(open).toBeLessThanOrEqual(defaultLimits.connections);
    for (const socket of held) socket.destroy();
    await until(() => gone === 1000);
    let status = 0;
    while (status !== 200) status = await statusOr0(server);
  });

  it("WebSockets that are let in: no more than the limit, and the others are told", async () => {
    const server = await testServer();
    const sockets = Array.from({ length: 1000 }, () => new WebSocket(`ws://${server.host}/rpc`, { headers: server.bearer }));
    const endings = sockets.map((socket) => {
      socket.on("error", () => undefined);
      return new Promise<string>((resolve) => {
        socket.once("open", () => resolve("open"));
        socket.once("unexpected-response", (_request, response: { statusCode: number }) => resolve(String(response.statusCode)));
        socket.once("close", () => resolve("dropped"));
      });
    });
    const counts = new Map<string, number>();
    for (const ending of await Promise.all(endings)) counts.set(ending, (counts.get(ending) ?? 0) + 1);
    expect(counts.get("open")).toBe(defaultLimits.sockets);
    expect([...counts.keys()].every((ending) => ["open", "503", "dropped"].includes(ending))).toBe(true);
    for (const socket of sockets) socket.terminate();
    await until(() => server.events.listeners === 0);
    let status = 0;
    while (status !== 200) status = await statusOr0(server);
  });

  it("a WebSocket that is refused is cut off although the other side keeps its half open", async () => {
    const server = await testServer();
    const upgrade = request("GET", "/rpc", {
      Host: server.host,
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
    });
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.write(upgrade));
    socket.on("error", () => undefined).resume();
    let ended = false;
    socket.on("end", () => (ended = true));
    await until(() => ended);
    // What is written into a connection that is gone comes back as an error.
    const broken = new Promise((resolve) => socket.once("close", resolve));
    const drip = setInterval(() => socket.write("x"), 20);
    await broken;
    clearInterval(drip);
  });
});

function statusOr0(server: TestServer): Promise<number> {
  return raw(server.port, get("/", server.bearer)).then(
    (answer) => answer.status,
    () => 0,
  );
}

describe("a WebSocket", () => {
  const statusOf = async (url: string, headers: Record<string, string>): Promise<number> => {
    const socket = new WebSocket(url, { headers });
    socket.on("error", () => undefined);
    const answer = await Promise.race([
      once(socket, "unexpected-response").then(([, response]) => (response as { statusCode: number }).statusCode),
      once(socket, "open").then(() => 101),
    ]);
    socket.terminate();
    return answer;
  };

  it.each<[string, string, (server: TestServer) => Record<string, string>, number]>([
    ["the bearer", "/rpc", ({ bearer }) => bearer, 101],
    ["our page", "/rpc", ({ cookie, host }) => ({ ...cookie, Origin: `http://${host}` }), 101],
    ["nobody we know", "/rpc", ({ host }) => ({ Host: host }), 401],
    ["our page without the cookie", "/rpc", ({ host }) => ({ Host: host, Origin: `http://${host}` }), 401],
    ["a cookie from nowhere", "/rpc", ({ cookie }) => cookie, 401],
    ["another site", "/rpc", ({ cookie }) => ({ ...cookie, Origin: "https://evil.example" }), 403],
    ["another port", "/rpc", ({ cookie, port }) => ({ ...cookie, Origin: `http://127.0.0.1:${port + 1}` }), 403],
    ["a rebound name", "/rpc", ({ bearer }) => ({ ...bearer, Host: "evil.example" }), 421],
    [
      "a rebound name with its own origin",
      "/rpc",
      ({ cookie }) => ({ ...cookie, Host: "evil.example", Origin: "http://evil.example" }),
      421,
    ],
    ["another path", "/", ({ bearer }) => bearer, 404],
    ["the token in the URL", "/rpc?token=x", ({ host }) => ({ Host: host }), 401],
  ])("from %s at %s", async (_who, path, headers, status) => {
    const server = await testServer();
    expect(await statusOf(`ws://${server.host}${path}`, headers(server))).toBe(status);
  });

  it("beyond the limit is refused, and there is room again afterwards", async () => {
    const server = await testServer({ sockets: 3 });
    const url = `ws://${server.host}/rpc`;
    const held = Array.from({ length: 3 }, () => new WebSocket(url, { headers: server.bearer }));
    await Promise.all(held.map((socket) => once(socket, "open")));
    expect(await statusOf(url, server.bearer)).toBe(503);
    held[0]?.close();
    let status = 503;
    while (status !== 101) status = await statusOf(url, server.bearer);
    for (const socket of held) socket.terminate();
  });

  async function open(server: TestServer): Promise<WebSocket> {
    const socket = new WebSocket(`ws://${server.host}/rpc`, { headers: server.bearer });
    socket.on("error", () => undefined);
    await once(socket, "open");
    return socket;
  }

  it.each<[string, (socket: WebSocket) => void, number]>([
    ["a message beyond the limit", (socket) => socket.send(new Uint8Array(20_000)), 1009],
    ["text", (socket) => socket.send("hello"), 1002],
    ["bytes that are no frame", (socket) => socket.send(new Uint8Array(100)), 1002],
    ["an empty message", (socket) => socket.send(new Uint8Array(0)), 1002],
    ["a frame that is no call", (socket) => socket.send(encodeFrame({ hello: 1 })), 1000],
  ])("is closed over %s, and the server lives on", async (_what, act, code) => {
    const server = await testServer({ messageBytes: 10_000 });
    const socket = await open(server);
    act(socket);
    const [closedWith] = (await once(socket, "close")) as [number];
    expect(closedWith).toBe(code);
    expect((await raw(server.port, get("/", server.bearer))).status).toBe(200);
    await until(() => server.events.listeners === 0);
  });

  it("is closed over a message in pieces that together are beyond the limit", async () => {
    const server = await testServer({ messageBytes: 10_000 });
    const socket = await open(server);
    const closed = once(socket, "close") as Promise<[number]>;
    for (let piece = 0; piece < 20; piece++) socket.send(new Uint8Array(1000), { fin: false });
    expect((await closed)[0]).toBe(1009);
    expect(await statusOr0(server)).toBe(200);
  });

  it("that claims a terabyte is closed before a byte of it is held", async () => {
    const server = await testServer();
    const socket = await open(server);
    const closed = once(socket, "close") as Promise<[number]>;
    // A binary frame whose length takes eight bytes, masked as a client's must be.
    const head = Buffer.concat([Buffer.from([0x82, 0xff]), Buffer.from("0000010000000000", "hex"), Buffer.alloc(4)]);
    (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(head);
    expect((await closed)[0]).toBe(1009);
  });

  it("that never reads is cut off once too much piles up for it", async () => {
    const server = await testServer({ unreadBytes: 1_000_000 });
    const socket = await open(server);
    (socket as unknown as { _socket: Socket })._socket.pause();
    const what = Array.from({ length: 20_000 }, () => "images" as const);
    let events = 0;
    // The system's own buffers take some megabytes first.
    for (; server.events.listeners > 0 && events < 2000; events++) {
      server.events.emit("changed", { version: events, what });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.events.listeners).toBe(0);
    socket.terminate();
  });

  it("whose other side no longer answers is cut off", async () => {
    const server = await testServer({ pulseMs: 100 });
    const socket = new WebSocket(`ws://${server.host}/rpc`, { headers: server.bearer, autoPong: false });
    await once(socket, "open");
    await once(socket, "close");
    await until(() => server.events.listeners === 0);
  });

  it("that answers stays, also beyond the time a request may take", async () => {
    const server = await testServer({ pulseMs: 50, idleMs: 200, requestMs: 200 });
    const socket = await open(server);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
  });
});
