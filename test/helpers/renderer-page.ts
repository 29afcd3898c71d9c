/**
 * @file The built renderer with the fake engine in a real browser: builds it (`vite build --mode test`), serves it on loopback under the
 * content security policy of the real hosts, and opens pages in the system's Chromium.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { contentSecurityPolicy } from "#protocol/hosting.ts";
import { chromium, type Browser, type Page } from "playwright-core";
import sharp from "sharp";

import { fakeImages } from "./fake-images.ts";
import { drawPicture } from "./fake-pictures.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const output = join(root, "out/renderer-test");
const mediaTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".map": "application/json",
};
export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
  readonly colours?: "dark" | "light";
}

export interface RendererSite {
  /** Opens a page; `query` such as "fake=30". Messages and errors of the page's console are collected in `problems`. */
  open(query: string, options?: OpenOptions): Promise<Page>;
  /** Errors that any page wrote to its console or threw (a blocked inline style would be one). */
  readonly problems: string[];
  close(): Promise<void>;
}

/** The path of a Chromium, or null: then `sayNoChromium` and skip. */
export function findChromium(): string | null {
  const places = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return places.find((place) => place !== undefined && existsSync(place)) ?? null;
}

/** One visible line instead of a silent skip. */
export function sayNoChromium(what: string): void {
  process.stderr.write(`skipped: ${what} needs Chromium (none at /usr/bin/chromium; CHROMIUM_PATH names another place)\n`);
}

/**
 * Builds the test build of the renderer where its sources are newer. Test files run side by side: one of them builds, the others wait.
 */
export async function ensureRendererWithFake(): Promise<void> {
  const lock = `${output}.lock`;
  mkdirSync(join(root, "out"), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // A builder that was killed leaves its lock behind.
      if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 120_000) rmSync(lock, { recursive: true, force: true });
      await sleep(150);
    }
  }
  try {
    if (
      newest(["renderer", "electron/protocol", "test/helpers"]) >
      (statSync(join(output, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0)
    )
      build();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function newest(folders: readonly string[]): number {
  return Math.max(
    ...folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).map(
        (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs,
      ),
    ),
  );
}

function build(): void {
  execFileSync(
    process.execPath,
    [join(root, "node_modules/vite/bin/vite.js"), "build", "--config", "renderer/vite.config.ts", "--mode", "test", "--logLevel", "error"],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
}

/** JPEGs of the drawn pictures; a hundred different ones stand for all. */
function createPictures(): (id: number) => Promise<Buffer> {
  const images = fakeImages(100);
  const made = new Map<number, Promise<Buffer>>();
  return (id) => {
    const index = 8 + (id % 90);
    const known = made.get(index);
    if (known !== undefined) return known;
    const source = decodeURIComponent(drawPicture(images[index], "thumbnail").slice("data:image/svg+xml,".length));
    const bytes = sharp(Buffer.from(source)).flatten({ background: "#ffffff" }).jpeg().toBuffer();
    made.set(index, bytes);
    return bytes;
  };
}

export async function startRendererSite(executablePath: string): Promise<RendererSite> {
  await ensureRendererWithFake();
  const pictures = createPictures();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const picture = /^\/(thumbnail|image)\/(\d+)$/.exec(path);
    if (picture !== null) {
      void pictures(Number(picture[2])).then((bytes) => response.writeHead(200, { "content-type": "image/jpeg" }).end(bytes));
      return;
    }
    const file = join(output, path === "/" ? "index.html" : path);
    readFile(file).then(
      (bytes) =>
        response
          .writeHead(200, {
            "content-type": mediaTypes[extname(file)] ?? "application/octet-stream",
            "content-security-policy": contentSecurityPolicy(),
          })
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The test server has no port.");
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--enable-precise-memory-info", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  const problems: string[] = [];
  return {
    problems,
    async open(query, options = {}) {
      const context = await browser.newContext({
        viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
        deviceScaleFactor: options.scale ?? 1,
        colorScheme: options.colours ?? "dark",
        locale: "en-GB",
        timezoneId: "UTC",
      });
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(`http://127.0.0.1:${address.port}/?${query}`);
      return page;
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
