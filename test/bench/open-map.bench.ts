/**
 * @file From nothing to a map that answers: a collection of many images (made-up rows) opened by the served app in headless Chromium, straight on the map. When
 * the process listens, when there is a canvas, when the map knows its clusters and finds points under the pointer, the longest tasks of the page and of
 * the engine on the way and while panning, and memory. Prints; judges nothing.
 *
 *     npm run bench open-map [COUNT=100000]
 *
 * Caveat: headless Chromium draws in software on the same cores; long tasks of the page's own thread include no drawing.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { findChromium } from "../helpers/renderer-page.ts";
import { serveApp } from "../helpers/served-app.ts";
import { makeCollection } from "./make-collection.ts";

interface Watched {
  readonly watched: { readonly long: number[]; points: number; labels: number };
}

const count = Number(process.argv[2] ?? 100_000);
const chromium = findChromium();
if (!chromium) throw new Error("no Chromium");
const data = mkdtempSync(join(tmpdir(), "likeness-open-map-"));
process.on("exit", () => rmSync(data, { recursive: true, force: true }));
await makeCollection(join(data, "w"), count);

// The system's file cache is warm, as for somebody who opens yesterday's collection again.
for (let run = 0; run < 3; run++) {
  const asked = performance.now();
  const app = await serveApp(chromium, data, ["--workspace", join(data, "w")]);
  try {
    const listening = performance.now() - asked;
    const page = await app.open();
    await page.close();
    const context = await app.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript(watch);
    const shown = await context.newPage();
    const start = performance.now();
    await shown.goto(`${app.url.replace(/#.*/, "")}#/map`);
    await shown.locator("canvas").first().waitFor();
    const canvasMs = performance.now() - start;
    await shown.locator("[data-map][data-indexed=true]").waitFor({ timeout: 60_000 });
    const interactiveMs = performance.now() - start;
    const opening = await longTasks(shown, 0);
    await pan(shown);
    const all = await longTasks(shown, 0);
    const heap = await shown.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
    console.log(
      `${count} images, run ${run + 1}: listening ${listening.toFixed(0)} ms after the start; canvas ${canvasMs.toFixed(0)} ms, points found under the pointer ${interactiveMs.toFixed(0)} ms after the request; ` +
        `long tasks while opening ${list(opening)}, while panning ${list(all.slice(opening.length))}; page ${(heap / 1e6).toFixed(0)} MB, engine ${memoryOf(app.process)}`,
    );
    await context.close();
  } finally {
    await app.close();
  }
}

function watch(): void {
  const watched = { long: [] as number[] };
  (window as unknown as { watched: typeof watched }).watched = watched;
  new PerformanceObserver((entries) => watched.long.push(...entries.getEntries().map((entry) => entry.duration))).observe({
    type: "longtask",
  });
}

async function pan(page: Page): Promise<void> {
  await page.mouse.move(600, 420);
  await page.mouse.down();
  for (let step = 0; step < 60; step++) await page.mouse.move(600 + 160 * Math.sin(step / 6), 420 + 120 * Math.sin(step / 9));
  await page.mouse.up();
  await page.waitForTimeout(300);
}

function longTasks(page: Page, from: number): Promise<number[]> {
  return page.evaluate((first) => (window as unknown as Watched).watched.long.slice(first), from);
}

function list(tasks: readonly number[]): string {
  return tasks.length === 0 ? "none" : `${tasks.map((task) => task.toFixed(0)).join(" ")} ms`;
}

function memoryOf(process: number): string {
  const status = readFileSync(`/proc/${process}/status`, "utf8");
  return `${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB (peak ${Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB)`;
}
