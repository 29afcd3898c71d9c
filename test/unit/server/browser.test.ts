/**
 * @file The server and a real browser: the way in by the token's link, the policy, the WebSocket, pictures; and that a page of another
 * port of the same machine gets none of it.
 */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { findChromium, sayNoChromium } from "../../helpers/renderer-page.ts";
import { testServer, type TestServer } from "./test-server.ts";

const executablePath = findChromium();
if (executablePath === null) sayNoChromium("the server in a browser");

/** What the page of the test does; written as a file, for inline scripts are forbidden. */
const script = `
  const socket = new WebSocket(new URL("/rpc", location.href.replace("http", "ws")));
  socket.onopen = () => { document.body.dataset.socket = "open"; };
  socket.onclose = () => { document.body.dataset.socket = "closed"; };
  const image = new Image();
  image.onload = () => { document.body.dataset.image = String(image.naturalWidth); };
  image.src = "/image/1";
  document.body.style.setProperty("--from-script", "1");
`;

describe.skipIf(executablePath === null)("a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  async function open(): Promise<{ server: TestServer; page: Page; console: string[] }> {
    const picture = await sharp({ create: { width: 31, height: 17, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const server = await testServer(
      {},
      { "images.file": () => ({ path: Buffer.from(join(server.folder, "picture.png")), mediaType: "image/png" }) },
    );
    writeFileSync(join(server.folder, "picture.png"), picture);
    mkdirSync(join(server.folder, "renderer", "assets"), { recursive: true });
    writeFileSync(join(server.folder, "renderer", "assets", "page.js"), script);
    writeFileSync(
      join(server.folder, "renderer", "index.html"),
      '<!doctype html><title>app</title><body><script>document.body.dataset.inline = "ran";</script><script type="module" src="./assets/page.js"></script></body>',
    );
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const console: string[] = [];
    page.on("console", (message) => console.push(message.text()));
    return { server, page, console };
  }

  it("comes in by the link, keeps no token in its address, and gets the app, its messages and its pictures", async () => {
    const { server, page, console } = await open();
    await page.goto(server.url);
    expect(page.url()).toBe(`http://${server.host}/`);
    await page.waitForSelector('body[data-socket="open"][data-image="31"]', { state: "attached", timeout: 15_000 });
    expect(await page.evaluate(() => document.cookie)).toBe("");
    // The inline script did not run, and the browser says why.
    expect(await page.evaluate(() => document.body.dataset["inline"])).toBeUndefined();
    expect(console.join()).toContain("Content Security Policy");
    await page.reload();
    await page.waitForSelector('body[data-socket="open"]', { state: "attached", timeout: 15_000 });
  });

  it("comes in when somebody else's page links to it", async () => {
    const { server, page } = await open();
    await page.goto(`data:text/html,<a href="${server.url}">open</a>`);
    await page.click("a");
    await page.waitForSelector('body[data-socket="open"]', { state: "attached", timeout: 15_000 });
    expect(page.url()).toBe(`http://${server.host}/`);
  });

  it("that was let in gives nothing to a page of another port", async () => {
    const { server, page } = await open();
    await page.goto(server.url);
    await page.waitForSelector('body[data-socket="open"]', { state: "attached", timeout: 15_000 });
    const other = createServer((_request, response) =>
      response.setHeader("Content-Type", "text/html").end("<!doctype html><body>other</body>"),
    );
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    // The browser does send the cookie there: cookies know no ports.
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const got = await page.evaluate(async (host) => {
      const image = await new Promise((resolve) => {
        const element = new Image();
        element.onload = () => resolve("loaded");
        element.onerror = () => resolve("refused");
        element.src = `http://${host}/image/1`;
      });
      const socket = await new Promise((resolve) => {
        const attempt = new WebSocket(`ws://${host}/rpc`);
        attempt.onopen = () => resolve("open");
        attempt.onerror = () => resolve("refused");
      });
      const text = await fetch(`http://${host}/`, { credentials: "include" }).then(
        () => "read",
        () => "refused",
      );
      const frame = document.createElement("iframe");
      frame.src = `http://${host}/`;
      document.body.append(frame);
      await new Promise((resolve) => (frame.onload = resolve));
      return { image, socket, text };
    }, server.host);
    expect(got).toEqual({ image: "refused", socket: "refused", text: "refused" });
    expect(page.frames().some((frame) => frame.url() === `http://${server.host}/`)).toBe(false);
  });
});
