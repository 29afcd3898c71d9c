/**
 * @file From nothing to a map that answers: a collection of many images (made-up rows) opened by the served app in headless Chromium, by an address and by
 * a click. When there is a canvas, when the map knows its clusters and finds points under the pointer, the longest tasks of the page on the way and while
 * panning, and memory. Prints; judges nothing.
 *
 *     npm run bench open-map [COUNT=100000]
 *
 * Caveat: headless Chromium draws in software on the same cores; long tasks of the page's own thread include no drawing.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { findChromium } from "../helpers/renderer-page.ts";
import { serveApp } from "../helpers/served-app.ts";
import { makeCollection } from "./make-collection.ts";

interface Watched {
  watched: { readonly long: number[]; canvasMs: number; interactiveMs: number };
}

const count = Number(process.argv[2] ?? 100_000);
const chromium = findChromium();
if (!chromium) throw new Error("no Chromium");
const data = mkdtempSync(join(tmpdir(), "likeness-open-map-"));
process.on("exit", () => rmSync(data, { recursive: true, force: true }));
mkdirSync(join(data, "pictures"));
await makeCollection(join(data, "w"), count, { folder: join(data, "pictures") });

// The system's file cache is warm, as for somebody who opens yesterday's collection again.
const first = await serveApp(chromium, data, ["--workspace", join(data, "w")]);
await (await first.open()).locator("[data-id]").first().waitFor();
await first.close();
for (let run = 0; run < 3; run++) {
  await measure(run, "one address with the map, after the program's start", ["--workspace", join(data, "w")], async (page, url) => {
    await page.goto(`${url}#/map`);
  });
  await measure(run, "a click among the collections opened before, and one on the map", [], async (page, url) => {
    await page.goto(url);
    const recent = page.locator("button.recent").first();
    await recent.waitFor();
    await page.evaluate(() => performance.mark("clicked"));
    await recent.click();
    await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Map" }).click();
  });
}

async function measure(run: number, way: string, args: readonly string[], open: (page: Page, url: string) => Promise<void>): Promise<void> {
  const app = await serveApp(chromium as string, data, args);
  try {
    const context = await app.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript(watch);
    const page = await context.newPage();
    await open(page, app.url.replace(/#.*/u, ""));
    await page.locator("canvas").first().waitFor();
    await page.locator("[data-map][data-indexed=true]").waitFor({ timeout: 60_000 });
    const { canvasMs, interactiveMs } = await page.evaluate(() => (window as unknown as Watched).watched);
    const opening = await longTasks(page, 0);
    await pan(page);
    const all = await longTasks(page, 0);
    const heap = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
    console.log(
      `${count} images, run ${run + 1}, ${way}: canvas ${canvasMs.toFixed(0)} ms, points found under the pointer ${interactiveMs.toFixed(0)} ms after it; ` +
        `long tasks until then ${list(opening)}, while panning ${list(all.slice(opening.length))}; page ${(heap / 1e6).toFixed(0)} MB, engine ${memoryOf(app.process)}`,
    );
    await context.close();
  } finally {
    await app.close();
  }
}

/** Runs in the page: the page's own clock tells, from its request or from the click, so that the driver's round trips do not count. */
function watch(): void {
  const watched = { long: [] as number[], canvasMs: 0, interactiveMs: 0 };
  (window as unknown as Watched).watched = watched;
  const since = (): number => performance.now() - (performance.getEntriesByName("clicked")[0]?.startTime ?? 0);
  const look = (): void => {
    if (watched.canvasMs === 0 && document.querySelector("canvas") !== null) watched.canvasMs = since();
    if (document.querySelector("[data-map][data-indexed=true]") === null) return;
    watched.interactiveMs = since();
    seen.disconnect();
  };
  const seen = new MutationObserver(look);
  seen.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-indexed"] });
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
