/** @file The engine's process is started, talked to, started anew when it dies, and ended so that it can commit. */
import { describe, expect, it } from "vitest";

import { type Client, createClient } from "#protocol/client.ts";
import type { Handlers } from "#protocol/contract.ts";
import type { ImageId } from "#protocol/model.ts";
import { mainPortTransport } from "#protocol/transports/message-port.ts";

import { createBackOff } from "../../../electron/main/back-off.ts";
import { createSupervisor, type Supervisor } from "../../../electron/main/engine-supervisor.ts";
import { until } from "../protocol/some-handlers.ts";
import { stubChannel, stubClock, type StubClock, stubProcess, type StubProcess } from "./stub-electron.ts";
import { type StubEngine, stubEngine } from "./stub-engine.ts";

interface Shell {
  readonly supervisor: Supervisor;
  readonly clock: StubClock;
  readonly engines: StubEngine[];
  readonly children: { entry: string; process: StubProcess }[];
  readonly starts: { client: Client; restarts: number }[];
  readonly givenUp: number[];
  readonly killed: number[];
}

function shell(handlers: Partial<Handlers> = {}, polite = true): Shell {
  const clock = stubClock();
  const engines: StubEngine[] = [];
  const children: Shell["children"] = [];
  const starts: Shell["starts"] = [];
  const givenUp: number[] = [];
  const killed: number[] = [];
  const supervisor = createSupervisor({
    forkEngine: () => {
      const engine = stubEngine(handlers, polite);
      engines.push(engine);
      return engine.process.handle;
    },
    forkChild: (entry) => {
      if (entry === "broken") throw new Error("no such entry");
      const process = stubProcess();
      children.push({ entry, process });
      return process.handle;
    },
    channel: stubChannel,
    killProcess: (pid) => {
      killed.push(pid);
      for (const process of [...engines.map((engine) => engine.process), ...children.map((child) => child.process)])
        if (process.pid === pid) process.exit(9);
    },
    now: clock.now,
    after: clock.after,
    onStart: (client, restarts) => starts.push({ client, restarts }),
    onGiveUp: (code) => givenUp.push(code),
  });
  supervisor.start();
  return { supervisor, clock, engines, children, starts, givenUp, killed };
}

const handlers: Partial<Handlers> = { "images.file": ({ id }) => ({ path: Buffer.from(`/p/${id}.jpg`), mediaType: "image/jpeg" }) };

describe("an engine that lives", () => {
  it("answers the main process and every page over a line of its own", async () => {
    const { supervisor, starts } = shell(handlers);
    expect(supervisor.client).toBeNull();
    expect(supervisor.connect()).toBeNull();
    await until(() => starts.length === 1);
    const file = await starts[0]!.client.call("images.file", { id: 5 as ImageId, kind: "image" });
    expect(Buffer.from(file.path).toString()).toBe("/p/5.jpg");
    const pages = [1, 2].map(() => createClient(mainPortTransport(supervisor.connect()!)));
    for (const page of pages) expect((await page.call("images.file", { id: 6 as ImageId, kind: "image" })).mediaType).toBe("image/jpeg");
    pages[0]?.close();
    expect((await pages[1]!.call("images.file", { id: 6 as ImageId, kind: "image" })).mediaType).toBe("image/jpeg");
  });

  it("is started once, however often that is asked", async () => {
    const { supervisor, engines } = shell();
    supervisor.start();
    supervisor.start();
    expect(engines).toHaveLength(1);
  });
});

describe("an engine that dies", () => {
  it("fails what was in flight and comes back with new lines", async () => {
    const { supervisor, starts, engines, clock } = shell({ ...handlers, "jobs.list": () => new Promise(() => undefined) });
    await until(() => starts.length === 1);
    const call = expect(starts[0]!.client.call("jobs.list", {})).rejects.toMatchObject({ kind: "connection" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    engines[0]!.process.exit(11);
    await call;
    expect(supervisor.client).toBeNull();
    expect(supervisor.connect()).toBeNull();
    expect(clock.waiting).toEqual([250]);
    clock.advance(250);
    await until(() => starts.length === 2);
    expect(starts[1]?.restarts).toBe(1);
    expect((await supervisor.client!.call("images.file", { id: 1 as ImageId, kind: "image" })).mediaType).toBe("image/jpeg");
  });

  it("waits longer each time, gives up after six, and tries again when asked", async () => {
    const { supervisor, engines, clock, givenUp, starts } = shell();
    const waits: number[] = [];
    while (givenUp.length === 0) {
      engines.at(-1)!.process.exit(7);
      waits.push(...clock.waiting);
      clock.advance(20_000);
    }
    // 250 ms doubled each time.
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000]);
    expect(givenUp).toEqual([7]);
    expect(engines).toHaveLength(7);
    supervisor.start();
    expect(engines).toHaveLength(8);
    await until(() => starts.at(-1)?.restarts === 0 && supervisor.client !== null);
  });

  it("that lived for a minute counts as healthy", async () => {
    const { engines, clock, starts } = shell();
    for (let death = 0; death < 10; death += 1) {
      await until(() => starts.length === death + 1);
      clock.advance(60_000);
      engines.at(-1)!.process.exit(1);
      expect(clock.waiting).toEqual([250]);
      clock.advance(250);
    }
    await until(() => starts.length === 11);
    expect(starts.map(({ restarts }) => restarts)).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it("takes its children with it", async () => {
    const { engines, children, starts, killed, clock } = shell();
    await until(() => starts.length === 1);
    for (let count = 0; count < 3; count += 1) engines[0]!.starter.spawn("pixel-child.js")();
    await until(() => children.length === 3);
    engines[0]!.process.exit(11);
    expect(killed).toEqual(children.map((child) => child.process.pid));
    clock.advance(250);
    await until(() => engines.length === 2);
  });
});

describe("leaving", () => {
  it("lets the engine commit first", async () => {
    const { supervisor, engines, starts, killed, clock } = shell();
    await until(() => starts.length === 1);
    await supervisor.stop();
    expect([engines[0]?.closeAsked, killed, clock.waiting]).toEqual([true, [], []]);
    supervisor.start();
    expect(engines).toHaveLength(1);
  });

  it("kills an engine that does not leave in time", async () => {
    const { supervisor, engines, starts, killed, clock } = shell({}, false);
    await until(() => starts.length === 1);
    const stopped = supervisor.stop(5000);
    await until(() => engines[0]!.closeAsked);
    clock.advance(4999);
    expect(killed).toEqual([]);
    clock.advance(1);
    await stopped;
    expect(killed).toEqual([engines[0]?.process.pid]);
    expect(clock.waiting).toEqual([]);
  });

  it("ends a wait for the next start", async () => {
    const { supervisor, engines, clock } = shell();
    engines[0]!.process.exit(1);
    await supervisor.stop();
    expect(clock.waiting).toEqual([]);
    clock.advance(100_000);
    expect(engines).toHaveLength(1);
  });
});

describe("children of the engine", () => {
  /** The inside of a child: echoes whatever comes through its line to the engine. */
  function echo({ parentPort }: StubProcess): void {
    parentPort.on("message", ({ ports: [port] }) => {
      port?.on("message", ({ data }) => port.postMessage({ echo: data as unknown }));
      port?.start();
    });
  }

  it("talk with it over a line of their own", async () => {
    const { engines, children, starts } = shell();
    await until(() => starts.length === 1);
    const port = engines[0]!.starter.spawn("/app/pixel-child.js")();
    const heard: unknown[] = [];
    port.onMessage((message) => heard.push(message));
    // Posted before the process is there: it waits.
    port.post({ id: 1, operation: "hash", request: { path: new Uint8Array([1, 2]) } });
    await until(() => children.length === 1);
    expect(children[0]?.entry).toBe("/app/pixel-child.js");
    echo(children[0]!.process);
    await until(() => heard.length === 1);
    port.post({ id: 2, operation: "hash", request: null });
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      { echo: { id: 1, operation: "hash", request: { path: new Uint8Array([1, 2]) } } },
      { echo: { id: 2, operation: "hash", request: null } },
    ]);
  });

  it("are killed for certain, and their last words are told", async () => {
    const { engines, children, starts, killed } = shell();
    await until(() => starts.length === 1);
    const port = engines[0]!.starter.spawn("/app/pixel-child.js")();
    const gone: string[] = [];
    port.onMessage(() => undefined);
    port.onExit((why) => gone.push(why));
    await until(() => children.length === 1);
    children[0]!.process.stderr.emit("data", Buffer.from("free(): invalid pointer\n"));
    port.kill();
    await until(() => gone.length === 1);
    expect(killed).toEqual([children[0]?.process.pid]);
    expect(children[0]?.process.kills).toBe(1);
    expect(gone).toEqual(["exit code 9: free(): invalid pointer"]);
    port.kill();
    port.post({ id: 3, operation: "hash", request: null });
  });

  it("that cannot be started are reported as gone", async () => {
    const { engines, starts } = shell();
    await until(() => starts.length === 1);
    const port = engines[0]!.starter.spawn("broken")();
    const gone: string[] = [];
    port.onMessage(() => undefined);
    port.onExit((why) => gone.push(why));
    await until(() => gone.length === 1);
    expect(gone).toEqual(["no such entry"]);
  });
});

it("the back-off doubles, ends after six, and starts over when reset", () => {
  const backOff = createBackOff();
  const delays = Array.from({ length: 7 }, () => backOff.next(0)?.delayMs ?? null);
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, null]);
  backOff.reset();
  expect(backOff.next(0)).toEqual({ delayMs: 250, attempt: 1 });
  expect(backOff.next(59_999)?.attempt).toBe(2);
  expect(backOff.next(60_000)?.attempt).toBe(1);
});
