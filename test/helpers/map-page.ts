/** @file Driving the map in a browser test: where images are on the screen, what is selected, what colour a person sees. */
import { expect } from "vitest";
import type { Page } from "playwright-core";
import sharp from "sharp";

import { longName } from "./fake-images.ts";
import type { RendererSite } from "./renderer-page.ts";

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface FakeWindow {
  readonly likeness: {
    readonly handlers: {
      "images.similar"(params: { id: number; count: number }): Promise<{ results: { id: number }[] }> | { results: { id: number }[] };
      "images.columns"(params: object): Promise<{ ids: Int32Array; percentiles: Float32Array; clusters: Int32Array }>;
      "map.columns"(params: object): Promise<{ coordinates: Float32Array; clusters: readonly { label: number; representative: number }[] }>;
    };
  };
  readonly fakeEngine: {
    grow(count: number): void;
    place(count: number): void;
    setWatch(state: { on: boolean; trouble: string | null }): void;
    setJob(change: object): void;
  };
  readonly showMap?: () => void;
}

export async function openMap(site: RendererSite, query: string): Promise<Page> {
  const page = await site.open(`${query}#/map`);
  await ready(page);
  return page;
}

export async function ready(page: Page): Promise<void> {
  await page.locator("[data-map][data-indexed=true]").waitFor();
  await settled(page);
}

export function stage(page: Page): ReturnType<Page["locator"]> {
  return page.locator("[data-map]");
}

export async function noPictures(page: Page): Promise<void> {
  await page.getByLabel("Pictures when near").uncheck();
  await expect.poll(() => page.locator("[data-thumbnail]").count()).toBe(0);
  await stage(page).focus();
}

export async function boxOf(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await stage(page).boundingBox();
  if (box === null) throw new Error("The map is not shown.");
  return box;
}

export async function cameraOf(page: Page): Promise<{ x: number; y: number; scale: number }> {
  const [x, y, scale] = ((await stage(page).getAttribute("data-camera")) ?? "").split(" ").map(Number);
  return { x, y, scale };
}

/** The camera stands still. */
export async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(150);
  let last = "";
  await expect
    .poll(
      async () => {
        const now = (await stage(page).getAttribute("data-camera")) ?? "";
        const still = now === last;
        last = now;
        return still;
      },
      { interval: 120, timeout: 15_000 },
    )
    .toBe(true);
}

/** Where images are on the screen, by the fake's coordinates and the camera. */
export async function spotsOf(page: Page, ids: readonly number[]): Promise<Spot[]> {
  const camera = await cameraOf(page);
  const box = await boxOf(page);
  const places = await page.evaluate(async (wanted) => {
    const { coordinates } = await (window as unknown as FakeWindow).likeness.handlers["map.columns"]({});
    return wanted.map((id) => ({ x: coordinates[2 * (id - 1)], y: coordinates[2 * (id - 1) + 1] }));
  }, ids);
  return places.map(({ x, y }) => ({
    x: box.x + box.width / 2 + (x - camera.x) * camera.scale,
    y: box.y + box.height / 2 + (y - camera.y) * camera.scale,
  }));
}

export function imageOfCluster(page: Page, label: number): Promise<number> {
  return page.evaluate(async (wanted) => {
    const { ids, clusters } = await (window as unknown as FakeWindow).likeness.handlers["images.columns"]({});
    return ids[clusters.indexOf(wanted)];
  }, label);
}

/** The selection as a person can know it: how many from the map, which one from the details, which ones by copying their names. */
export async function selected(page: Page): Promise<number[]> {
  await page.waitForTimeout(60);
  const count = Number(await stage(page).getAttribute("data-selected"));
  if (count === 0) return [];
  if (count === 1) {
    const heading = page.getByRole("complementary").getByRole("heading", { level: 2 });
    await expect.poll(() => heading.getAttribute("title")).toMatch(/^IMG_/u);
    return idsOf((await heading.getAttribute("title")) ?? "");
  }
  const names = await page.evaluate(async () => {
    let copied = "";
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: (text: string) => void (copied = text) } });
    [...document.querySelectorAll("button")].find((button) => button.textContent?.includes("Copy names"))?.click();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return copied;
  });
  const ids = idsOf(names);
  expect(ids).toHaveLength(count);
  return ids;
}

function idsOf(names: string): number[] {
  const special = [longName, "panorama.jpg", "scroll.png", "icon.png", "white.png", "black.png"];
  return names
    .split("\n")
    .map((name) => (special.includes(name) ? special.indexOf(name) + 2 : Number(/^IMG_(\d+)\.jpg$/u.exec(name)?.[1])))
    .sort((a, b) => a - b);
}

export function ringed(page: Page): Promise<number[]> {
  return page
    .locator("[data-ring]")
    .evaluateAll((elements) =>
      elements.map((element) => Number((element as unknown as HTMLElement).dataset["ring"])).sort((a, b) => a - b),
    );
}

/** The brightest pixel within 2 pixels of a spot, from a screenshot: what a person sees on the dark ground. */
export async function brightest(page: Page, spot: Spot): Promise<number[]> {
  await page.mouse.move(1, 1);
  await page.waitForTimeout(120);
  const image = await page.screenshot({ clip: { x: Math.round(spot.x) - 2, y: Math.round(spot.y) - 2, width: 5, height: 5 } });
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const colours = Array.from({ length: info.width * info.height }, (_, at) => [...data.subarray(3 * at, 3 * at + 3)]);
  return colours.sort((a, b) => Math.max(...b) - Math.max(...a))[0];
}

export function evenOdd(outline: readonly Spot[], { x, y }: Spot): boolean {
  let inside = false;
  for (let at = 0, before = outline.length - 1; at < outline.length; before = at++) {
    const [a, b] = [outline[at], outline[before]];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

/** Pixels from a spot to the nearest edge of an outline: what lies on the line itself may fall on either side. */
export function distanceTo(outline: readonly Spot[], spot: Spot): number {
  return Math.min(
    ...outline.map((a, at) => {
      const b = outline[(at + 1) % outline.length];
      const part = Math.min(
        1,
        Math.max(0, ((spot.x - a.x) * (b.x - a.x) + (spot.y - a.y) * (b.y - a.y)) / ((b.x - a.x) ** 2 + (b.y - a.y) ** 2)),
      );
      return Math.hypot(a.x + part * (b.x - a.x) - spot.x, a.y + part * (b.y - a.y) - spot.y);
    }),
  );
}
