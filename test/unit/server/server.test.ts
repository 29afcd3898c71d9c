/** @file What the server gives to those it knows. */
import { once } from "node:events";
import { createServer } from "node:net";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { createClient } from "#protocol/client.ts";
import { reconnectingSocketTransport } from "#protocol/transports/web-socket.ts";

import { browserOpener } from "../../../electron/server/open-browser.ts";
import { startServer } from "../../../electron/server/server.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { eventSource, someHandlers } from "../protocol/some-handlers.ts";
import { get, raw, request } from "./raw-http.ts";
import { testServer } from "./test-server.ts";

const jsonOf = (body: string): { error: { code: string; message: string } } =>
  JSON.parse(body) as { error: { code: string; message: string } };

describe("the door", () => {
  it("turns the token in the URL into a cookie that no script and no other site gets", async () => {
    const server = await testServer();
    const answer = await fetch(server.url, { redirect: "manual" });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
    expect(answer.headers.get("set-cookie")).toMatch(/^likeness-[0-9a-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("lets the cookie and the bearer in, to the app with its policy", async () => {
    const server = await testServer();
    for (const headers of [server.cookie, server.bearer]) {
      const answer = await raw(server.port, get("/", headers));
      expect(answer.status).toBe(200);
      expect(answer.body).toContain("<title>app</title>");
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("x-frame-options")).toBe("DENY");
      expect(answer.headers.get("cache-control")).toBe("private, no-cache");
    }
  });

  it("leads on whoever followed a link from another site, once the cookie is set", async () => {
    const server = await testServer();
    const answer = await raw(server.port, get("/", { Host: server.host, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("refresh")).toBe("0; url=/");
    expect((await raw(server.port, get("/", { Host: server.host, "Sec-Fetch-Site": "same-origin" }))).headers.has("refresh")).toBe(false);
  });

  it("answers on localhost, ::1 and a forwarded port", async () => {
    const server = await testServer();
    for (const host of [`localhost:${server.port}`, "localhost:9999", "LOCALHOST", `[::1]:${server.port}`, "127.0.0.1"]) {
      const headers = { ...server.cookie, Host: host, Origin: `http://${host.toLowerCase()}` };
      expect((await raw(server.port, get("/", headers))).status).toBe(200);
    }
  });

  it("two servers have cookies of different names", async () => {
    const [one, two] = [await testServer(), await testServer()];
    expect(one.cookie.Cookie.split("=")[0]).not.toBe(two.cookie.Cookie.split("=")[0]);
    const both = { Host: one.host, Cookie: `${two.cookie.Cookie}; other=1; ${one.cookie.Cookie}` };
    expect((await raw(one.port, get("/", both))).status).toBe(200);
  });
});

describe("files of the app", () => {
  it("have their type, and those whose name says their content are kept", async () => {
    const server = await testServer();
    const answer = await raw(server.port, get("/assets/index-abc.js?x=1", server.cookie));
    expect([answer.status, answer.body]).toEqual([200, "export {};"]);
    expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    const head = await raw(server.port, request("HEAD", "/assets/index-abc.js", server.cookie));
    expect([head.status, head.body, head.headers.get("content-length")]).toEqual([200, "", "10"]);
  });

  it("are explained where the app was not built", async () => {
    const server = await testServer();
    rmSync(join(server.folder, "renderer"), { recursive: true });
    const answer = await raw(server.port, get("/", server.cookie));
    expect(answer.status).toBe(503);
    expect(answer.body).toContain("has not been built");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect((await raw(server.port, get("/assets/index-abc.js", server.cookie))).status).toBe(404);
  });
});

describe("pictures", () => {
  it("come byte for byte, whatever their name", async () => {
    const server = await testServer();
    for (const kind of ["thumbnail", "image"]) {
      const answer = await raw(server.port, get(`/${kind}/1`, server.cookie));
      expect(answer.status).toBe(200);
      expect(Buffer.from(answer.body, "latin1")).toEqual(Buffer.from(Array.from({ length: 1000 }, (_value, index) => index % 256)));
      expect(answer.headers.get("content-type")).toBe("image/png");
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(answer.headers.get("cache-control")).toBe("private, no-cache");
    }
  });

  it("of many frames are asked for by frame and window", async () => {
    const asked: unknown[] = [];
    const server = await testServer({}, { "images.file": (request) => Promise.reject(asked.push(request)) });
    await raw(server.port, get("/image/1?frame=7&window=1", server.cookie));
    for (const query of ["frame=-1", "frame=x", "window=1e9", "frame=99999999"])
      expect((await raw(server.port, get(`/image/1?${query}`, server.cookie))).status).toBe(400);
    expect(asked).toEqual([{ id: 1, kind: "image", frame: 7, window: 1 }]);
  });

  it("are kept for ever where the URL says which version", async () => {
    const server = await testServer();
    expect((await raw(server.port, get("/thumbnail/1?v=3", server.cookie))).headers.get("cache-control")).toContain("immutable");
  });

  it("are not sent again while they are the same, and are when they changed", async () => {
    const server = await testServer();
    const etag = (await raw(server.port, get("/image/1", server.cookie))).headers.get("etag") as string;
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await raw(server.port, get("/image/1", { ...server.cookie, "If-None-Match": tags }));
      expect([again.status, again.body]).toEqual([304, ""]);
    }
    writeFileSync(Buffer.concat([Buffer.from(`${server.folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".png")]), "changed");
    expect((await raw(server.port, get("/image/1", { ...server.cookie, "If-None-Match": etag }))).body).toBe("changed");
  });

  it.each([
    ["bytes=0-3", 206, [0, 1, 2, 3], "bytes 0-3/1000"],
    ["bytes=998-", 206, [998 % 256, 999 % 256], "bytes 998-999/1000"],
    ["bytes=-1", 206, [999 % 256], "bytes 999-999/1000"],
    ["bytes=1000-", 416, [], "bytes */1000"],
  ])("come in parts: %s", async (range, status, bytes, contentRange) => {
    const server = await testServer();
    const answer = await raw(server.port, get("/image/1", { ...server.cookie, Range: range }));
    expect([answer.status, answer.headers.get("content-range"), [...Buffer.from(answer.body, "latin1")]]).toEqual([
      status,
      contentRange,
      bytes,
    ]);
  });

  it("come whole when the part asked for belongs to another version", async () => {
    const server = await testServer();
    expect((await raw(server.port, get("/image/1", { ...server.cookie, Range: "bytes=0-3", "If-Range": '"old"' }))).status).toBe(200);
  });

  it.each([
    ["/image/2", 404, "image-missing"],
    ["/image/3", 404, "image-missing"],
    ["/image/4", 500, "internal"],
    ["/image/5", 404, "image-unknown"],
    ["/image/", 404, "image-unknown"],
    ["/thumbnail/abc", 404, "image-unknown"],
    ["/thumbnail/1/../2", 404, "image-unknown"],
  ])("that are not there are told of in JSON: %s", async (path, status, code) => {
    const server = await testServer();
    const answer = await raw(server.port, get(path, server.cookie));
    expect([answer.status, jsonOf(answer.body).error.code]).toEqual([status, code]);
  });
});

describe("the WebSocket", () => {
  it.each(["bearer", "cookie"] as const)("carries the contract for the %s", async (way) => {
    const server = await testServer();
    const headers = { ...server[way], ...(way === "cookie" ? { Origin: `http://${server.host}` } : {}) };
    const client = createClient(reconnectingSocketTransport(() => new WebSocket(`ws://${server.host}/rpc`, { headers })));
    expect((await client.call("app.state", {})).version).toBe("test");
    const heard = new Promise((resolve) => client.on("changed", resolve));
    server.events.emit("changed", { version: 2, what: ["map"] });
    expect(await heard).toEqual({ version: 2, what: ["map"] });
    client.close();
  });
});

describe("starting and stopping", () => {
  it("says what to do when the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const engine = { handlers: someHandlers({}), subscribe: eventSource().subscribe, close: async () => undefined };
    await expect(startServer({ engine, port, rendererFolder: "/nowhere" })).rejects.toMatchObject({
      name: "UserError",
      code: "port-taken",
      message: expect.stringContaining(`Port ${port} is taken`) as string,
    });
    other.close();
  });

  it("ends every connection and frees the port when it closes", async () => {
    const server = await testServer();
    const socket = new WebSocket(`ws://${server.host}/rpc`, { headers: server.bearer });
    await once(socket, "open");
    const closed = once(socket, "close");
    await server.close();
    await closed;
    const engine = { handlers: someHandlers({}), subscribe: eventSource().subscribe, close: async () => undefined };
    const next = await startServer({ engine, port: server.port, rendererFolder: "/nowhere" });
    expect(next.token).not.toBe(server.token);
    await next.close();
  });
});

describe("the browser", () => {
  const url = "http://127.0.0.1:4000/?token=a-b_c";

  it("is opened by what the system has, and by no shell", () => {
    const folder = temporaryFolder("path");
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "xdg-open"), "#!/bin/sh\n", { mode: 0o755 });
    const path = `/nowhere:${join(folder, "bin")}`;
    expect(browserOpener(url, "linux", { DISPLAY: ":0", PATH: path })).toEqual({
      command: join(folder, "bin", "xdg-open"),
      arguments: [url],
    });
    expect(browserOpener(url, "linux", { WAYLAND_DISPLAY: "w", PATH: path })?.arguments).toEqual([url]);
    expect(browserOpener(url, "linux", { PATH: path })).toBeNull();
    expect(browserOpener(url, "linux", { DISPLAY: ":0", PATH: "/nowhere:" })).toBeNull();
    expect(browserOpener(url, "darwin", {})?.command).toBe("/usr/bin/open");
    expect(browserOpener(url, "win32", {})).toEqual({ command: "rundll32", arguments: ["url.dll,FileProtocolHandler", url] });
  });

  it.each(["http://example.com/", "file:///etc/passwd", "http://127.0.0.1:1/;calc", "-psn", "http://127.0.0.1:4000/ x"])(
    "is opened on our own address only, not on %s",
    (bad) => expect(browserOpener(bad, "win32", {})).toBeNull(),
  );
});
