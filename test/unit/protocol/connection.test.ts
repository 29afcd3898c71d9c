/** @file The protocol's laws, the same over every transport. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { type Client, createClient } from "#protocol/client.ts";
import type { CancelSignal, Handlers } from "#protocol/contract.ts";
import type { ImageColumns, ImageId, JobId } from "#protocol/model.ts";
import { RpcError } from "#protocol/rpc-messages.ts";
import { callLimit, serve } from "#protocol/server.ts";

import { eventSource, someHandlers, until } from "./some-handlers.ts";
import { type Pair, transports } from "./transports.ts";

const id = 7 as ImageId;

/** What a caller who ignores the types can do. */
type Loose = (method: string, params: unknown) => Promise<unknown>;
const loosely = (client: Client): Loose => client.call as unknown as Loose;

describe.each(Object.keys(transports))("over %s", (name) => {
  let pair: Pair;
  let client: Client;
  const events = eventSource();

  function connect(handlers: Partial<Handlers>): void {
    serve(pair.server, someHandlers(handlers), events.subscribe);
    client = createClient(pair.client);
  }

  beforeEach(async () => {
    pair = await (transports[name] as () => Promise<Pair>)();
  });
  afterEach(async () => {
    client.close();
    await until(() => events.listeners === 0);
    await pair.dispose();
  });

  it("answers a call with the handler's result", async () => {
    connect({ "images.similar": ({ id: asked, count }) => ({ results: [{ id: asked, similarity: 1 / count }] }) });
    expect(await client.call("images.similar", { id, count: 3 })).toEqual({ results: [{ id: 7, similarity: 1 / 3 }] });
  });

  it("keeps simultaneous calls apart", async () => {
    connect({
      "images.similar": async ({ id: asked, count }) => (
        await new Promise((resolve) => setTimeout(resolve, count)),
        { results: [{ id: asked, similarity: 1 }] }
      ),
    });
    const ids = [1, 2, 3, 4, 5] as ImageId[];
    const answers = await Promise.all(ids.map((asked, index) => client.call("images.similar", { id: asked, count: 20 - 4 * index })));
    expect(answers.map((answer) => answer.results[0]?.id)).toEqual(ids);
  });

  it("brings over typed arrays with every bit, also views and empty ones", async () => {
    const long = Float32Array.from({ length: 300_000 }, (_value, index) => Math.fround(index * 0.1));
    const odd = new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, -0]);
    const view = new Int32Array([9, 8, 7, 6]).subarray(1, 3);
    connect({
      "images.columns": () =>
        ({ percentiles: long, times: odd, ids: view, flags: new Uint8Array(0), widths: Int32Array.of(-5) }) as unknown as ImageColumns,
    });
    const columns = await client.call("images.columns", {});
    expect(columns.percentiles).toBeInstanceOf(Float32Array);
    expect(columns.percentiles).toEqual(long);
    expect([...columns.times]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, -0]);
    expect([...columns.ids]).toEqual([8, 7]);
    // A view brings its own elements only, not the buffer behind it.
    if (name !== "WebSocket") expect(columns.ids.buffer.byteLength).toBe(8);
    expect(columns.flags).toHaveLength(0);
    expect(columns.widths[0]).toBe(-5);
    // The sender still has its own.
    expect(long[1]).toBe(Math.fround(0.1));
  });

  it("brings 40 MB of bytes to the handler", async () => {
    let sum = 0;
    connect({
      "images.similarToFile": ({ bytes }) => {
        sum = (bytes as Uint8Array).reduce((total, byte) => total + byte, 0);
        return { results: [] };
      },
    });
    await client.call("images.similarToFile", { bytes: new Uint8Array(40_000_000).fill(2), name: "a.jpg", count: 1 });
    expect(sum).toBe(80_000_000);
  });

  it("brings over a Node Buffer as bytes of its own", async () => {
    connect({ "images.file": () => ({ path: Buffer.from([0x2f, 0xff, 0xfe]), mediaType: "image/png" }) });
    const { path } = await client.call("images.file", { id, kind: "image" });
    expect([...path]).toEqual([0x2f, 0xff, 0xfe]);
  });

  it.each(["no.such", "", "__proto__", "constructor", "toString"])("refuses the unknown method %j", async (method) => {
    connect({});
    await expect(loosely(client)(method, {})).rejects.toMatchObject({ code: "unknown-method", kind: "protocol" });
  });

  it("refuses parameters of the wrong shape before the handler sees them", async () => {
    let called = false;
    connect({ "images.details": () => ((called = true), Promise.reject(new Error())) });
    for (const params of [null, [], "7", {}, { id: "7" }, { id: 0 }, { id: 1.5 }, { id: 2 ** 40 }, { id: 7, extra: 1 }])
      await expect(loosely(client)("images.details", params)).rejects.toMatchObject({ code: "bad-params", kind: "protocol" });
    expect(called).toBe(false);
  });

  it("brings errors over with their code and kind", async () => {
    connect({
      "collection.open": () => Promise.reject(new UserError("gone", "the folder /a is gone")),
      "jobs.pause": () => {
        throw new TypeError("oops");
      },
    });
    const error = await client.call("collection.open", { workspace: "/w" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ name: "UserError", code: "gone", kind: "user", message: "the folder /a is gone" });
    await expect(client.call("jobs.pause", { id: 1 as JobId })).rejects.toMatchObject({ kind: "bug", code: "internal", message: "oops" });
  });

  it("turns an answer that cannot be sent into an error", async () => {
    connect({ "jobs.list": () => ({ jobs: [() => 1] }) as never });
    await expect(client.call("jobs.list", {})).rejects.toMatchObject({ code: "bad-message", kind: "bug" });
  });

  it("cancels: the caller hears at once, the handler is told", async () => {
    let signal: CancelSignal | null = null;
    connect({ "images.columns": (_params, context) => ((signal = context.signal), new Promise(() => undefined)) });
    const controller = new AbortController();
    const call = client.call("images.columns", {}, { signal: controller.signal });
    await until(() => signal !== null);
    expect(signal!.aborted).toBe(false);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled", kind: "cancelled" });
    await until(() => signal!.aborted);
  });

  it("does not send a call that was cancelled before", async () => {
    connect({});
    await expect(client.call("images.columns", {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
  });

  it("a client that leaves aborts what it had in flight and hears no more events", async () => {
    let signal: CancelSignal | null = null;
    connect({ "images.columns": (_params, context) => ((signal = context.signal), new Promise(() => undefined)) });
    const call = client.call("images.columns", {});
    const rejected = expect(call).rejects.toMatchObject({ kind: "connection" });
    await until(() => signal !== null);
    expect(events.listeners).toBe(1);
    client.close();
    await rejected;
    await until(() => signal!.aborted && events.listeners === 0);
    await expect(client.call("images.columns", {})).rejects.toMatchObject({ code: "connection-closed", kind: "connection" });
  });

  it("a server that leaves fails what was in flight", async () => {
    let asked = false;
    connect({ "images.columns": () => ((asked = true), new Promise(() => undefined)) });
    const states: string[] = [];
    client.onConnection((state) => states.push(state));
    const rejected = expect(client.call("images.columns", {})).rejects.toMatchObject({ kind: "connection" });
    await until(() => asked);
    pair.server.close();
    await rejected;
    expect(states.at(-1)).toBe(pair.reconnects ? "lost" : "closed");
  });

  it("delivers events in order to those who listen, until they stop", async () => {
    connect({ "jobs.list": () => ({ jobs: [] }) });
    const heard: number[] = [];
    const stop = client.on("changed", ({ version }) => heard.push(version));
    await client.call("jobs.list", {});
    for (let version = 1; version <= 5; version += 1) events.emit("changed", { version, what: ["images"] });
    await until(() => heard.length === 5);
    stop();
    events.emit("changed", { version: 6, what: ["map"] });
    await client.call("jobs.list", {});
    expect(heard).toEqual([1, 2, 3, 4, 5]);
  });

  it("refuses calls beyond the limit and still answers afterwards", async () => {
    const waiting: (() => void)[] = [];
    connect({ "jobs.list": () => new Promise((resolve) => waiting.push(() => resolve({ jobs: [] }))) });
    const calls = Array.from({ length: callLimit }, () => client.call("jobs.list", {}));
    await expect(client.call("jobs.list", {})).rejects.toMatchObject({ code: "too-many-calls" });
    for (const answer of waiting) answer();
    expect(await Promise.all(calls)).toHaveLength(callLimit);
  });

  it.each([null, 5, "call", [], {}, { kind: "call" }, { kind: "call", id: -1, method: "doctor", params: {} }, { kind: "result", id: 1 }])(
    "ends the connection of one who talks nonsense: %j",
    async (nonsense) => {
      connect({});
      let state = "";
      client.onConnection((next) => (state = next));
      await until(() => state === "open");
      pair.client.send(nonsense as never);
      await until(() => state !== "open");
      await until(() => events.listeners === 0);
    },
  );
});
