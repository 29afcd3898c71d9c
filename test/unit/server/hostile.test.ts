/** @file Requests that a page of another site, another program or a slow line could make: each is refused or bounded. */
import { once } from "node:events";
import { readdirSync, readlinkSync, truncateSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../protocol/some-handlers.ts";
import { get, raw, request, timeToEnd } from "./raw-http.ts";
import { testServer, type TestServer } from "./test-server.ts";

type Case = readonly [what: string, bytes: (server: TestServer) => string, status: number];

/** Secrets of the test's folder: whatever is answered, these must not be in it. */
const secrets = ["outside", "root:", "no extension"];

const strangers: readonly Case[] = [
  ["no token", ({ host }) => get("/", { Host: host }), 401],
  ["no token, for a file", ({ host }) => get("/assets/index-abc.js", { Host: host }), 401],
  ["no token, for a picture", ({ host }) => get("/image/1", { Host: host }), 401],
  ["a wrong token", ({ host }) => get("/?token=wrong", { Host: host }), 401],
  ["an empty token", ({ host }) => get("/?token=", { Host: host }), 401],
  ["the token on another path", ({ host, token }) => get(`/image/1?token=${token}`, { Host: host }), 401],
  ["the token in upper case", ({ host, token }) => get(`/?token=${token.toUpperCase()}0`, { Host: host }), 401],
  ["half a token", ({ host, token }) => get(`/?token=${token.slice(0, 20)}`, { Host: host }), 401],
  ["a wrong cookie", ({ cookie }) => get("/", { ...cookie, Cookie: `${cookie.Cookie}x` }), 401],
  ["a cookie of another name", ({ cookie, token }) => get("/", { ...cookie, Cookie: `token=${token}` }), 401],
  ["a wrong bearer", ({ host }) => get("/", { Host: host, Authorization: "Bearer x" }), 401],
  ["the token as basic", ({ host, token }) => get("/", { Host: host, Authorization: `Basic ${token}` }), 401],
];

const foreign: readonly Case[] = [
  ["a rebound name", ({ cookie, port }) => get("/", { ...cookie, Host: `evil.example:${port}` }), 421],
  ["a name that begins like ours", ({ cookie }) => get("/", { ...cookie, Host: "localhost.evil.example" }), 421],
  ["a name that ends like ours", ({ cookie }) => get("/", { ...cookie, Host: "evil-localhost" }), 421],
  ["an address of the network", ({ cookie, port }) => get("/", { ...cookie, Host: `192.168.1.5:${port}` }), 421],
  ["0.0.0.0", ({ cookie, port }) => get("/", { ...cookie, Host: `0.0.0.0:${port}` }), 421],
  ["a user in the host", ({ cookie, port }) => get("/", { ...cookie, Host: `127.0.0.1:${port}@evil.example` }), 421],
  ["an empty host", ({ cookie }) => get("/", { ...cookie, Host: "" }), 421],
  [
    "two hosts",
    ({ cookie, host }) => `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\nCookie: ${cookie.Cookie}\r\nConnection: close\r\n\r\n`,
    421,
  ],
  ["no host", ({ cookie }) => get("/", { Cookie: cookie.Cookie }), 400],
  ["no host in HTTP/1.0", ({ cookie }) => `GET / HTTP/1.0\r\nCookie: ${cookie.Cookie}\r\n\r\n`, 421],
  ["another site's page", ({ cookie }) => get("/image/1", { ...cookie, Origin: "https://evil.example" }), 403],
  ["a page of another port", ({ cookie, port }) => get("/image/1", { ...cookie, Origin: `http://127.0.0.1:${port + 1}` }), 403],
  ["a page over https", ({ cookie, host }) => get("/image/1", { ...cookie, Origin: `https://${host}` }), 403],
  ["a sandboxed page", ({ cookie }) => get("/image/1", { ...cookie, Origin: "null" }), 403],
  [
    "a picture in another site's page",
    ({ cookie }) => get("/image/1", { ...cookie, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }),
    403,
  ],
  [
    "a picture in a page of another port",
    ({ cookie }) => get("/image/1", { ...cookie, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors" }),
    403,
  ],
  [
    "a link to a picture on another site",
    ({ cookie }) => get("/image/1", { ...cookie, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" }),
    403,
  ],
  [
    "our page in another site's frame",
    ({ cookie }) => get("/", { ...cookie, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }),
    403,
  ],
];

const traversals = [
  "/../outside.js",
  "/..",
  "/../../../../../../etc/passwd",
  "/%2e%2e/outside.js",
  "/%2e%2e%2foutside.js",
  "/..%2foutside.js",
  "/..%2Foutside.js",
  "/.%2e/outside.js",
  "/assets/../../outside.js",
  "/assets/%2e%2e/%2e%2e/outside.js",
  "/%252e%252e/outside.js",
  "/..%5coutside.js",
  "/..\\outside.js",
  "/assets\\..\\..\\outside.js",
  "//outside.js",
  "/%2foutside.js",
  "/%00/../outside.js",
  "/outside.js%00",
  "/index.html%00.js",
  "/./../outside.js",
  "/....//outside.js",
  "/..;/outside.js",
  "/..%c0%afoutside.js",
  "/%c0%ae%c0%ae/outside.js",
  "/%uff0e%uff0e/outside.js",
  "/link.js",
  "/secret",
  "/assets",
  "/assets/",
  "/.",
  "/~root/x.js",
  "/%",
  "/%zz",
  "/file:///etc/passwd",
  "http://evil.example/",
  "/image/../outside.js",
  "/image/%2e%2e/outside.js",
  "/thumbnail/..%2f..%2fetc%2fpasswd",
  "/image/1%00",
  "/image//etc/passwd",
  "/linked/outside.js",
  "/assets/linked/outside.js",
  "/%255c..%255coutside.js",
  "/%5c%5cserver%5cshare%5coutside.js",
  "/\\\\server\\share\\outside.js",
  "//server/share/outside.js",
  "/%2f%2fserver%2fshare%2foutside.js",
  "/%5c%5c%3f%5cC:%5coutside.js",
  "/C:/outside.js",
  "/C%3a%5coutside.js",
  "/secret::$DATA",
  "/index.html::$DATA",
  "/secret%20",
  "/secret.",
  "/con.js",
  "/%2e%2e%5c%2e%2e%5coutside.js",
  "/.%00./outside.js",
  "/assets/..%2f..%2f..%2foutside.js?token=x",
  "/\u202e/outside.js",
];

const others: readonly Case[] = [
  ["POST", ({ bearer }) => request("POST", "/", { ...bearer, "Content-Length": "5" }, "hello"), 405],
  ["PUT", ({ bearer }) => request("PUT", "/index.html", { ...bearer, "Content-Length": "5" }, "hello"), 405],
  ["DELETE", ({ bearer }) => request("DELETE", "/image/1", bearer), 405],
  ["OPTIONS", ({ bearer, host }) => request("OPTIONS", "/image/1", { ...bearer, Origin: `http://${host}` }), 405],
  ["TRACE", ({ bearer }) => request("TRACE", "/", bearer), 405],
  ["a GET with a body", ({ bearer }) => request("GET", "/", { ...bearer, "Content-Length": "5" }, "hello"), 413],
  ["a GET that promises a terabyte", ({ bearer }) => request("GET", "/", { ...bearer, "Content-Length": "1099511627776" }), 413],
  ["a chunked GET", ({ bearer }) => request("GET", "/", { ...bearer, "Transfer-Encoding": "chunked" }, "5\r\nhello\r\n0\r\n\r\n"), 413],
  [
    "smuggling: both lengths",
    ({ bearer }) => request("POST", "/", { ...bearer, "Content-Length": "5", "Transfer-Encoding": "chunked" }, "0\r\n\r\n"),
    400,
  ],
  ["headers beyond the limit", ({ bearer }) => get("/", { ...bearer, "X-Long": "x".repeat(20_000) }), 431],
  ["a URL beyond the limit", ({ bearer }) => get(`/${"a".repeat(20_000)}`, bearer), 431],
  ["a long URL", ({ bearer }) => get(`/${"a".repeat(10_000)}`, bearer), 404],
  ["no HTTP", () => "hello\r\n\r\n", 400],
  ["TLS", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
  ["plain HTTP at the WebSocket's address", ({ bearer }) => get("/rpc", bearer), 426],
  ["CONNECT", () => "CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example\r\n\r\n", 0],
];

describe.each([
  ["without the token", strangers],
  ["from elsewhere, even with the cookie", foreign],
  ["that is not for us", others],
])("a request %s", (_group, cases) => {
  it.each(cases)("is refused: %s", async (_what, bytes, status) => {
    const server = await testServer();
    const answer = await raw(server.port, bytes(server));
    expect(answer.status).toBe(status);
    expect(answer.headers.has("access-control-allow-origin")).toBe(false);
    expect(answer.headers.has("set-cookie")).toBe(false);
    expect(answer.text).not.toContain(server.token);
    for (const secret of secrets) expect(answer.text).not.toContain(secret);
  });
});

it("no way of writing a path leads out of the folder", async () => {
  const server = await testServer();
  for (const path of traversals) {
    const answer = await raw(server.port, get(path, server.bearer));
    expect([path, [400, 404].includes(answer.status)]).toEqual([path, true]);
    for (const secret of secrets) expect(answer.text).not.toContain(secret);
  }
});

const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);

it.skipIf(addresses.every((one) => one.internal))("nobody outside this machine reaches it", async () => {
  const server = await testServer();
  for (const { address, internal, scopeid } of addresses) {
    if (internal) continue;
    const host = scopeid ? `${address}%${scopeid}` : address;
    await expect(raw(server.port, get("/", server.bearer), host)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  }
});

it.skipIf(!addresses.some((one) => one.address === "::1"))(
  "this machine reaches it by its IPv6 name too, under the same rules",
  async () => {
    const server = await testServer();
    const own = { ...server.cookie, Host: `[::1]:${server.port}` };
    expect((await raw(server.port, get("/", own), "::1")).status).toBe(200);
    expect((await raw(server.port, get("/", { Host: own.Host }), "::1")).status).toBe(401);
    expect((await raw(server.port, get("/", { ...own, Host: "evil.example" }), "::1")).status).toBe(421);
  },
);

describe("somebody slow", () => {
  it("who does not finish the headers is cut off", async () => {
    const server = await testServer({ requestMs: 300 });
    expect(await timeToEnd(server.port, "GET / HTTP/1.1\r\nHost: 127")).toBeLessThan(5000);
  });

  it("who sends a byte now and then is cut off all the same", async () => {
    const server = await testServer({ requestMs: 300 });
    expect(await timeToEnd(server.port, "GET / HTTP/1.1\r\nX: ", 50)).toBeLessThan(5000);
  });

  it("who says nothing is cut off", async () => {
    const server = await testServer({ requestMs: 300, idleMs: 300 });
    expect(await timeToEnd(server.port, "")).toBeLessThan(5000);
  });

  it("who asks and does not read is cut off, and the file is closed", async () => {
    const path = join(temporaryFolder("large"), "large.png");
    const size = 256 * 1024 * 1024;
    writeFileSync(path, "");
    truncateSync(path, size);
    const server = await testServer({ idleMs: 300 }, { "images.file": () => ({ path: Buffer.from(path), mediaType: "image/png" }) });
    const opened = (): boolean => readdirSync("/proc/self/fd").some((descriptor) => linkOf(descriptor) === path);
    const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
    socket.write(get("/image/1", server.bearer));
    socket.pause();
    if (process.platform === "linux") {
      await until(opened);
      await until(() => !opened());
    } else await new Promise((resolve) => setTimeout(resolve, 2000));
    let received = 0;
    socket.on("data", (data) => (received += data.length)).resume();
    await once(socket, "close");
    expect(received).toBeLessThan(size);
  });

  it("who asks a hundred times without waiting for answers is cut off", async () => {
    const server = await testServer({}, { "images.file": () => new Promise(() => undefined) });
    expect((await raw(server.port, get("/image/1", { ...server.bearer, Connection: "keep-alive" }).repeat(100))).text).toBe("");
    expect((await raw(server.port, get("/", server.bearer))).status).toBe(200);
  });
});

it("many connections: those beyond the limit are dropped, and there is room again afterwards", async () => {
  const server = await testServer({ connections: 10 });
  // The door's own connection of the test may still count.
  const held = Array.from({ length: 40 }, () => connect(server.port, "127.0.0.1").on("error", () => undefined));
  let dropped = 0;
  for (const socket of held) socket.on("close", () => (dropped += 1)).resume();
  await until(() => dropped >= 30);
  for (const socket of held) socket.destroy();
  await until(() => dropped === 40);
  let status = 0;
  while (status !== 200)
    status = await raw(server.port, get("/", server.bearer)).then(
      (answer) => answer.status,
      () => 0,
    );
});

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return "";
  }
}
