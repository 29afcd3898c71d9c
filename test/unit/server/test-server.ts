/** @file A running server over a folder of renderer files and an engine that knows a handful of pictures. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import type { Handlers } from "#protocol/contract.ts";

import { type RunningServer, type ServerLimits, startServer } from "../../../electron/server/server.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { type EventSource, eventSource, someHandlers } from "../protocol/some-handlers.ts";

export interface TestServer extends RunningServer {
  readonly folder: string;
  readonly events: EventSource;
  readonly host: string;
  /** Headers of a browser that was let in. */
  readonly cookie: { readonly Host: string; readonly Cookie: string };
  readonly bearer: { readonly Host: string; readonly Authorization: string };
}

/** Call inside a test. Picture 1 is 1000 bytes 0, 1, ... 255, 0, ...; picture 2's file is gone; 3 is a folder; 4 a bug; no others. */
export async function testServer(limits: Partial<ServerLimits> = {}, handlers: Partial<Handlers> = {}): Promise<TestServer> {
  const folder = temporaryFolder("server");
  const rendererFolder = join(folder, "renderer");
  mkdirSync(join(rendererFolder, "assets"), { recursive: true });
  writeFileSync(join(rendererFolder, "index.html"), "<!doctype html><title>app</title>");
  writeFileSync(join(rendererFolder, "assets", "index-abc.js"), "export {};");
  writeFileSync(join(rendererFolder, "secret"), "no extension");
  writeFileSync(join(folder, "outside.js"), "outside");
  symlinkSync(join(folder, "outside.js"), join(rendererFolder, "link.js"));
  symlinkSync(folder, join(rendererFolder, "linked"));
  symlinkSync(folder, join(rendererFolder, "assets", "linked"));
  // A name that is not UTF-8.
  const picture = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".png")]);
  writeFileSync(picture, Buffer.from(Array.from({ length: 1000 }, (_value, index) => index % 256)));
  const events = eventSource();
  const engine = {
    handlers: someHandlers({
      "app.state": () => ({ collection: null, recent: [], version: "test" }),
      "images.file": ({ id }) => {
        if (id === 1) return { path: picture, mediaType: "image/png" };
        if (id === 2) return { path: Buffer.from(join(folder, "gone.png")), mediaType: "image/png" };
        if (id === 3) return { path: Buffer.from(folder), mediaType: "image/png" };
        if (id === 4) throw new TypeError("a bug");
        throw new UserError("image-unknown", `There is no image ${id}.`);
      },
      ...handlers,
    }),
    subscribe: events.subscribe,
    close: async () => undefined,
  };
  const server = await startServer({ engine, rendererFolder, limits });
  onTestFinished(() => server.close());
  const host = `127.0.0.1:${server.port}`;
  const door = await fetch(server.url, { redirect: "manual" });
  const cookie = (door.headers.get("set-cookie") as string).split(";", 1)[0] as string;
  return {
    ...server,
    folder,
    events,
    host,
    cookie: { Host: host, Cookie: cookie },
    bearer: { Host: host, Authorization: `Bearer ${server.token}` },
  };
}
