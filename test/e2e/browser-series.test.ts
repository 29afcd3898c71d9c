/** @file Series of slices in a real browser over the fake engine: one item in the grid and on the map, slices by slider, wheel and keys; patient fields stay hidden. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";

import { fakeFrames, fakeImages, slicesPerSeries, withSeries } from "../helpers/fake-images.ts";
import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("series in the browser");

const images = withSeries(fakeImages(500));
const singles = images.filter(({ series }) => series === undefined);
const seriesCount = new Set(images.flatMap(({ series }) => series ?? [])).size;
const items = singles.length + seriesCount;
const framed = images.find(({ frames }) => frames === fakeFrames)?.id ?? 0;
/** Ids of the slices of the first series from below, and the one that stands for it. */
const first = images.filter(({ series }) => series === 0).sort((one, other) => (one.slice ?? 0) - (other.slice ?? 0));
const middle = first[slicesPerSeries >> 1]?.id ?? 0;

describe.skipIf(chromium === null)("series", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  test("a series is one item with its number of slices, until every slice is asked for", async () => {
    const page = await open(site);
    await page.getByText(`${items} shown, of 500 pictures`).waitFor();
    const cell = page.locator(`[data-id="${middle}"]`);
    expect(await cell.getAttribute("aria-label")).toContain(`${slicesPerSeries} slices`);
    expect(await cell.locator(".sheaf").innerText()).toBe(String(slicesPerSeries));
    expect(await page.locator(`[data-id="${framed}"] .sheaf`).innerText()).toBe(String(fakeFrames));
    expect(await page.locator(`[data-id="${first[0]?.id}"]`).count()).toBe(0);
    await page.getByRole("button", { name: "Every slice" }).click();
    await page
      .getByRole("status")
      .filter({ hasText: /^500 pictures$/u })
      .waitFor();
    await page.locator(`[data-id="${first.at(-1)?.id}"]`).waitFor();
    expect(await page.locator(`[data-id="${first.at(-1)?.id}"] .sheaf`).count()).toBe(0);
    await page.context().close();
  });

  test("the large view goes through slices by slider, keys and wheel, and on to the next item by arrows", async () => {
    const page = await open(site);
    await page.locator(`[data-id="${middle}"]`).click();
    await page.keyboard.press("Space");
    const large = page.getByRole("dialog", { name: /^Large view/u });
    const slider = large.getByLabel("Slice");
    const shown = async (slice: number): Promise<void> => {
      await large.getByText(`${slice + 1} of ${slicesPerSeries}`).waitFor();
      expect(await large.locator(".paper img[alt]:not([alt=''])").getAttribute("src")).toBe(`/image/${first[slice]?.id}`);
    };
    await shown(slicesPerSeries >> 1);
    await page.keyboard.press("ArrowDown");
    await shown((slicesPerSeries >> 1) + 1);
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await shown(slicesPerSeries - 2);
    await page.keyboard.press("Home");
    await shown(0);
    await large.locator(".paper").hover();
    await page.mouse.wheel(0, 60);
    await shown(2);
    await slider.fill("7");
    await shown(7);
    await slider.press("ArrowRight");
    await shown(8);
    await large.getByText("Fit").waitFor();
    await large.focus();
    await page.keyboard.press("ArrowLeft");
    await large.getByText(`${fakeFrames / 2 + 1} of ${fakeFrames}`).waitFor();
    await page.keyboard.press("ArrowDown");
    expect(await large.locator(".paper img[alt]:not([alt=''])").getAttribute("src")).toBe(`/image/${framed}?frame=${fakeFrames / 2 + 1}`);
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("the large view shows a file of several windows through the one that is chosen, by list or key", async () => {
    const page = await open(site);
    await page.locator(`[data-id="${framed}"]`).click();
    await page.keyboard.press("Space");
    const large = page.getByRole("dialog", { name: /^Large view/u });
    const list = large.getByLabel("Window");
    const source = (): Promise<string | null> => large.locator(".paper img[alt]:not([alt=''])").getAttribute("src");
    await list.waitFor();
    expect(await list.locator("option").allInnerTexts()).toEqual(["40 / 400", "LUNG (-600 / 1500)"]);
    expect(await source()).toBe(`/image/${framed}?frame=${fakeFrames / 2}`);
    await list.selectOption({ label: "LUNG (-600 / 1500)" });
    await expect.poll(source).toBe(`/image/${framed}?frame=${fakeFrames / 2}&window=1`);
    await large.focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(source).toBe(`/image/${framed}?frame=${fakeFrames / 2 + 1}&window=1`);
    await page.keyboard.press("w");
    await expect.poll(source).toBe(`/image/${framed}?frame=${fakeFrames / 2 + 1}`);
    await page.keyboard.press("ArrowRight");
    await large.getByText(`of ${slicesPerSeries}`).waitFor();
    expect(await list.count()).toBe(0);
    await page.context().close();
  });

  test("one slice of a series has a place on the map", async () => {
    const page = await open(site);
    await page.keyboard.press("m");
    await page.getByText("Colour by").waitFor();
    expect(await page.getByLabel("Colour by").inputValue()).toBe("none");
    await page.locator("canvas").first().waitFor();
    await page.keyboard.press("Control+a");
    await page.getByRole("toolbar", { name: "Selection" }).getByText(`${items} pictures selected`).waitFor();
    expect(await page.getByText(/have no place yet/u).count()).toBe(0);
    await page.context().close();
  });

  test("patient fields are shown only when asked for, and hidden again after a start", async () => {
    const page = await open(site);
    await page.locator(`[data-id="${middle}"]`).click();
    const details = page.getByRole("complementary", { name: "Details" });
    await details.getByRole("button", { name: "Show patient fields" }).waitFor();
    expect(await details.getByText("Example, Jane").count()).toBe(0);
    await details.getByRole("button", { name: "Show patient fields" }).click();
    await details.getByText("Example, Jane").waitFor();
    await details.getByLabel("Slice").fill("3");
    await details.getByText(`4 of ${slicesPerSeries}`).waitFor();
    await page.reload();
    await scrollToSeries(page);
    await page.locator(`[data-id="${middle}"]`).click();
    await details.getByRole("button", { name: "Show patient fields" }).waitFor();
    expect(await details.getByText("Example, Jane").count()).toBe(0);
    await page.context().close();
  });

  test("the kind of the collection is shown and changed in its properties", async () => {
    const page = await open(site);
    await page.getByRole("button", { name: /^Collection/u }).click();
    await page.getByRole("menuitem", { name: "Properties" }).click();
    const dialog = page.getByRole("dialog", { name: "Properties of the collection" });
    await dialog.getByText("Now: medical pictures").waitFor();
    await dialog.getByRole("radio", { name: /^Ordinary/u }).check();
    await expect.poll(() => dialog.getByText("Now: medical pictures").count()).toBe(0);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("dialog").count()).toBe(0);
    await page.keyboard.press("m");
    expect(await page.getByLabel("Colour by").inputValue()).toBe("cluster");
    await page.context().close();
  });
});

async function open(site: RendererSite): Promise<Page> {
  const page = await site.open("fake=500&series&pictures=server");
  await scrollToSeries(page);
  return page;
}

async function scrollToSeries(page: Page): Promise<void> {
  await page.locator('[data-id="1"]').waitFor();
  await page.locator("[data-grid]").evaluate((grid) => (grid.scrollTop = 1e6));
  await page.locator(`[data-id="${middle}"]`).waitFor();
}
