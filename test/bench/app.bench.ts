/**
 * @file Bar 22: 10,000 images in the real app (made-up rows, real thumbnails, real server, headless Chromium): long tasks while scrolling
 * the library and panning and zooming the map, first paint, memory of page and engine. Prints; judges nothing.
 *
 *   npm run bench app [COUNT]
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { findChromium } from "../helpers/renderer-page.ts";
import { serveApp } from "../helpers/served-app.ts";
import { makeCollection } from "./make-collection.ts";

const count = Number(process.argv[2] ?? 10_000);
const chromium = findChromium();
if (!chromium) throw new Error("no Chromium");
const data = mkdtempSync(join(tmpdir(), "likeness-app-"));
const workspace = join(data, "w");
await makeCollection(workspace, count, { thumbnails: true });
const app = await serveApp(chromium, data, ["--workspace", workspace]);

interface Watched {
  longest: number;
  over100: number;
  over50: number;
  frames: number;
  seconds: number;
}

/** Long tasks (over 50 ms, as the browser reports them) and frames while `work` runs. */
async function watch(page: Page, name: string, work: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    const state = { tasks: [] as number[], frames: 0, start: performance.now(), on: true };
    (window as unknown as { watched: typeof state }).watched = state;
    new PerformanceObserver((list) => state.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    const frame = (): void => {
      state.frames++;
      if (state.on) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await work();
  const watched = await page.evaluate((): Watched => {
    const state = (window as unknown as { watched: { tasks: number[]; frames: number; start: number; on: boolean } }).watched;
    state.on = false;
    return {
      longest: Math.max(0, ...state.tasks),
      over100: state.tasks.filter((duration) => duration > 100).length,
      over50: state.tasks.length,
      frames: state.frames,
      seconds: (performance.now() - state.start) / 1000,
    };
  });
  console.log(
    `${name}: longest task ${watched.longest.toFixed(0)} ms, ${watched.over100} over 100 ms, ${watched.over50} over 50 ms; ${(watched.frames / watched.seconds).toFixed(0)} frames/s`,
  );
}

try {
  const start = performance.now();
  const page = await app.open();
  await page.locator("[data-id]").first().waitFor();
  console.log(`${count} images: grid shown ${(performance.now() - start).toFixed(0)} ms after the request`);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
  console.log(`first contentful paint ${paint.toFixed(0)} ms`);
  await page.waitForTimeout(1500);
  await page.mouse.move(600, 450);
  await watch(page, "scrolling the library", async () => {
    for (let step = 0; step < 80; step++) {
      await page.mouse.wheel(0, step < 60 ? 700 : 6000);
      await page.waitForTimeout(40);
    }
  });
  await watch(page, "opening the map", async () => {
    await page.keyboard.press("m");
    await page.locator("canvas").first().waitFor();
    await page.waitForTimeout(2000);
  });
  await watch(page, "panning the map", async () => {
    await page.mouse.move(560, 420);
    await page.mouse.down();
    for (let step = 0; step < 60; step++) {
      await page.mouse.move(560 + 160 * Math.sin(step / 6), 420 + 120 * Math.cos(step / 5));
      await page.waitForTimeout(16);
    }
    await page.mouse.up();
  });
  await watch(page, "zooming the map", async () => {
    for (let step = 0; step < 40; step++) {
      await page.mouse.wheel(0, step < 25 ? -160 : 200);
      await page.waitForTimeout(40);
    }
  });
  const heap = await page.evaluate(
    () => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? Number.NaN,
  );
  console.log(`page: ${(heap / 1e6).toFixed(0)} MB of JavaScript heap`);
  const status = readFileSync(`/proc/${app.process}/status`, "utf8");
  console.log(`engine: ${/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? "?"} kB resident, peak ${/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? "?"} kB`);
} finally {
  await app.close();
  rmSync(data, { recursive: true, force: true });
}
