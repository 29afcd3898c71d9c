/**
 * @file The desktop app itself, wherever the Electron binary and a display are: the window is locked down, shows pictures of a folder named on
 * the command line, survives the death of its engine, and leaves nothing open behind.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { detailed } from "../fixtures/pictures.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const obstacle = whyNot();
if (obstacle !== null) process.stderr.write(`skipped: the desktop app: ${obstacle}\n`);

/** Why the app cannot be started here, or null. Asking the package for its path would begin a download. */
function whyNot(): string | null {
  if (electronBinary() === null) return "the Electron binary is not installed";
  if (process.platform === "linux" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"]) return "there is no display";
  return null;
}

function electronBinary(): string | null {
  const folder = join(root, "node_modules", "electron");
  if (!existsSync(join(folder, "path.txt"))) return null;
  const binary = join(folder, "dist", readFileSync(join(folder, "path.txt"), "utf8").trim());
  return existsSync(binary) ? binary : null;
}

describe.skipIf(obstacle !== null)("the desktop app", () => {
  const folder = temporaryFolderFor(beforeAll, "electron");
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, "build", "bundle.ts")], { stdio: "inherit" });
    if (!existsSync(join(root, "out", "renderer", "index.html")))
      execFileSync(process.execPath, [join(root, "node_modules", "vite", "bin", "vite.js"), "build", join(root, "renderer")], {
        stdio: "inherit",
      });
    const photos = join(folder(), "photos");
    mkdirSync(photos);
    for (const width of [320, 400, 480, 560])
      await detailed(width, 300)
        .jpeg()
        .toFile(join(photos, `${width}.jpg`));
    app = await _electron.launch({
      executablePath: electronBinary() as string,
      // Inside a container Chromium's own sandbox cannot be set up; the test is about ours.
      args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), root, photos],
      env: { ...(process.env as Record<string, string>), LIKENESS_DATA: join(folder(), "data") },
    });
    page = await app.firstWindow();
  });
  // Already gone where the last test ran.
  afterAll(() => app?.close().catch(() => undefined));

  const shownPictures = (): Promise<number> =>
    page.evaluate(
      () => [...document.images].filter((image) => image.src.startsWith("likeness://thumbnail/") && image.naturalWidth > 0).length,
    );

  it("shows the pictures of the folder, from its own scheme", async () => {
    expect(page.url()).toMatch(/^likeness:\/\/app\//);
    await expect.poll(shownPictures, { timeout: 60_000 }).toBe(4);
  });

  it("has a page without Node, windows, network or permissions", async () => {
    const found = await page.evaluate(async () => ({
      kind: (window as { likeness?: { kind: string } }).likeness?.kind,
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      opened: window.open("https://example.com/") === null,
      network: await fetch("https://example.com/").then(
        () => "reached",
        () => "blocked",
      ),
      camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => "granted",
        () => "denied",
      ),
    }));
    expect(found).toEqual({
      kind: "electron",
      require: "undefined",
      process: "undefined",
      opened: true,
      network: "blocked",
      camera: "denied",
    });
    await page.evaluate(() => void (location.href = "https://example.com/"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(page.url()).toMatch(/^likeness:\/\/app\//);
    expect(app.windows()).toHaveLength(1);
    const preferences = await app.evaluate(({ BrowserWindow }) =>
      (
        BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences(),
    );
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  });

  it("goes on when its engine dies", async () => {
    const killed = await app.evaluate(({ app: electron }) => {
      const engine = electron
        .getAppMetrics()
        .find((metric) => metric.name === "Likeness engine" || metric.serviceName === "Likeness engine");
      if (engine !== undefined) process.kill(engine.pid, "SIGKILL");
      return engine !== undefined;
    });
    expect(killed).toBe(true);
    await expect.poll(() => page.evaluate(async () => (await fetch("likeness://thumbnail/1")).status), { timeout: 30_000 }).toBe(200);
    await expect.poll(shownPictures, { timeout: 30_000 }).toBe(4);
  });

  it("quits cleanly", async () => {
    const child = app.process();
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await app.evaluate(({ app: electron }) => electron.quit());
    expect(await exited).toBe(0);
  });
});
