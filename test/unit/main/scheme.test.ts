/** @file The app's own URL scheme: what it serves, and that no URL reaches anything else. */
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { RpcError } from "#protocol/rpc-messages.ts";

import { createSchemeHandler, type SchemeOptions } from "../../../electron/main/scheme.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../protocol/some-handlers.ts";

interface App {
  readonly folder: string;
  get(url: string, init?: RequestInit): Promise<Response>;
}

function app(pictureFile: SchemeOptions["pictureFile"] = () => Promise.reject(new Error("not asked"))): App {
  const folder = temporaryFolder("scheme");
  const rendererFolder = join(folder, "renderer");
  mkdirSync(join(rendererFolder, "assets"), { recursive: true });
  writeFileSync(join(rendererFolder, "index.html"), "<!doctype html><title>app</title>");
  writeFileSync(join(rendererFolder, "assets", "a.js"), "export {};");
  writeFileSync(join(folder, "outside.js"), "outside");
  symlinkSync(join(folder, "outside.js"), join(rendererFolder, "link.js"));
  const handler = createSchemeHandler({ rendererFolder, pictureFile });
  return { folder, get: (url, init) => handler(new Request(url, init)) };
}

describe("the app", () => {
  it("has its files, their types and its policy", async () => {
    const { get } = app();
    const page = await get("likeness://app/");
    expect([page.status, await page.text()]).toEqual([200, "<!doctype html><title>app</title>"]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toMatch(
      /default-src 'self'; script-src 'self';.*img-src 'self' likeness: blob: data:/,
    );
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const script = await get("likeness://app/assets/a.js?v=1#x");
    expect([script.headers.get("content-type"), script.headers.get("cache-control"), script.headers.get("content-length")]).toEqual([
      "text/javascript; charset=utf-8",
      "max-age=31536000, immutable",
      "10",
    ]);
    const head = await get("likeness://app/assets/a.js", { method: "HEAD" });
    expect([head.status, await head.text(), head.headers.get("content-length")]).toEqual([200, "", "10"]);
  });

  it.each([
    "likeness://app/../outside.js",
    "likeness://app/%2e%2e/outside.js",
    "likeness://app/%2e%2e%2foutside.js",
    "likeness://app/..%2foutside.js",
    "likeness://app/assets/..%2f..%2foutside.js",
    "likeness://app/..%5coutside.js",
    "likeness://app/%252e%252e/outside.js",
    "likeness://app//etc/passwd.txt",
    "likeness://app/%2fetc/hosts.txt",
    "likeness://app/index.html%00.js",
    "likeness://app/link.js",
    "likeness://app/assets",
    "likeness://app/assets/",
    "likeness://app/missing.js",
    "likeness://app/%",
    "likeness://app/C:/x.js",
    "likeness://evil/index.html",
    "likeness://APP.evil/index.html",
    "likeness://app:80/index.html",
    "likeness://user@app/index.html",
    "likeness://renderer/../outside.js",
    "likeness:index.html",
    "likeness:///index.html",
  ])("gives nothing at %s", async (url) => {
    const { get } = app();
    let answer: Response;
    try {
      answer = await get(url);
    } catch (thrown) {
      // A URL with a user never becomes a request.
      expect(thrown).toBeInstanceOf(TypeError);
      return;
    }
    expect([400, 404]).toContain(answer.status);
    expect(await answer.text()).not.toMatch(/outside|root:|<title>/);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("answers no %s", async (method) =>
    expect((await app().get("likeness://app/", { method })).status).toBe(405),
  );

  it("says so when it has not been built", async () => {
    const handler = createSchemeHandler({ rendererFolder: "/nowhere", pictureFile: () => Promise.reject(new Error()) });
    const answer = await handler(new Request("likeness://app/"));
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { error: { code: "not-found", message: expect.stringContaining("not been built") as string } },
    ]);
  });
});

describe("a picture", () => {
  it("comes from where the engine says, whatever its name", async () => {
    const asked: unknown[] = [];
    const { folder, get } = app(async (request) => {
      asked.push(request);
      return { path, mediaType: "image/png" };
    });
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x2e, 0x70])]);
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_value, index) => index % 251));
    writeFileSync(path, bytes);
    const answer = await get("likeness://thumbnail/12");
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect([
      answer.headers.get("content-type"),
      answer.headers.get("access-control-allow-origin"),
      answer.headers.get("cache-control"),
    ]).toEqual(["image/png", "likeness://app", "no-cache"]);
    const part = await get("likeness://image/13?v=2", { headers: { Range: "bytes=251-253" } });
    expect([part.status, part.headers.get("content-range"), [...new Uint8Array(await part.arrayBuffer())]]).toEqual([
      206,
      "bytes 251-253/700000",
      [0, 1, 2],
    ]);
    expect(part.headers.get("cache-control")).toContain("immutable");
    expect((await get("likeness://image/13", { headers: { Range: "bytes=700000-" } })).status).toBe(416);
    expect(asked).toEqual([
      { id: 12, kind: "thumbnail" },
      { id: 13, kind: "image" },
      { id: 13, kind: "image" },
    ]);
  });

  it("is asked for by a number and nothing else", async () => {
    let asked = 0;
    const { get } = app(() => ((asked += 1), Promise.reject(new Error())));
    for (const path of ["", "/", "/0", "/-1", "/abc", "/1/2", "/%2e%2e", "/1%00", "/99999999999"])
      expect((await get(`likeness://image${path}`)).status).toBe(404);
    expect(asked).toBe(0);
  });

  it("of many frames is asked for by frame and window", async () => {
    const asked: unknown[] = [];
    const { get } = app((request) => {
      asked.push(request);
      return Promise.reject(new RpcError({ kind: "user", code: "frame-unknown", message: "none" }));
    });
    expect((await get("likeness://image/13?v=2&frame=7&window=1")).status).toBe(404);
    expect((await get("likeness://image/13?frame=-1")).status).toBe(400);
    expect(asked).toEqual([{ id: 13, kind: "image", frame: 7, window: 1 }]);
  });

  it.each([
    [new RpcError({ kind: "user", code: "image-unknown", message: "There is no image 1." }), 404, "image-unknown"],
    [new RpcError({ kind: "connection", code: "connection-lost", message: "lost" }), 503, "connection-lost"],
    [new Error("The engine is starting."), 503, "internal"],
  ])("that the engine does not give is told of: %s", async (thrown, status, code) => {
    const answer = await app(() => Promise.reject(thrown)).get("likeness://image/1");
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
  });

  it("that is gone, a folder or a pipe is missing, and nobody waits for it", async () => {
    const { folder, get } = app(async ({ id }) => ({
      path: Buffer.from(id === 1 ? join(folder, "gone") : folder),
      mediaType: "image/png",
    }));
    expect((await get("likeness://image/1")).status).toBe(404);
    expect((await get("likeness://image/2")).status).toBe(404);
  });

  it.runIf(process.platform === "linux")("closes its file when the page loses interest, and at the end", async () => {
    const path = join(temporaryFolder("large"), "large.png");
    writeFileSync(path, "");
    truncateSync(path, 64 * 1024 * 1024);
    const { get } = app(async () => ({ path: Buffer.from(path), mediaType: "image/png" }));
    const opened = (): boolean => readdirSync("/proc/self/fd").some((descriptor) => linkOf(descriptor) === path);
    const answer = await get("likeness://image/1");
    const reader = answer.body!.getReader();
    await reader.read();
    expect(opened()).toBe(true);
    await reader.cancel();
    await until(() => !opened());
    expect((await (await get("likeness://image/1")).arrayBuffer()).byteLength).toBe(64 * 1024 * 1024);
    await until(() => !opened());
  });
});

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return "";
  }
}
