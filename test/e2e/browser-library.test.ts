/** @file The library in a real browser over the fake engine: welcome, a grid that stays small, keys, selection, the large view, growth. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";

import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the library in the browser");

describe.skipIf(chromium === null)("library", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  test("from the welcome screen a folder is chosen by keyboard alone", async () => {
    const page = await site.open("fake=0");
    await page.getByRole("button", { name: "Choose a folder" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Choose a folder" });
    await dialog.getByRole("button", { name: "Documents" }).focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedText(page)).toBe("Pictures");
    await page.keyboard.press("ArrowRight");
    await dialog.getByText("1,240 pictures directly in this folder").waitFor();
    expect(await dialog.getByLabel("Path").inputValue()).toBe("/home/someone/Pictures");
    await dialog.getByRole("button", { name: "Open this folder" }).press("Enter");
    await page.getByRole("option", { name: /^IMG_00001\.jpg/u }).waitFor();
    expect(await page.getByText("30 pictures").count()).toBe(1);
    await page.context().close();
  });

  test("a path that is pasted takes the place of the one that was written while the field was in use", async () => {
    const page = await site.open("fake=0");
    await page.getByRole("button", { name: "Choose a folder" }).click();
    const field = page.getByLabel("Path");
    await expect.poll(() => field.inputValue()).toBe("/home/someone");
    await page.keyboard.insertText("/somewhere/else");
    expect(await field.inputValue()).toBe("/somewhere/else");
    await field.press("Enter");
    await page.getByRole("button", { name: "Documents" }).waitFor();
    await page.keyboard.insertText("/again");
    expect(await field.inputValue()).toBe("/again");
    await page.context().close();
  });

  test("a folder that cannot be opened says which and why", async () => {
    const page = await site.open("fake=0");
    await page.getByRole("button", { name: "Choose a folder" }).click();
    await page.getByLabel("Path").fill("/missing");
    await page.getByRole("button", { name: "Open this folder" }).click();
    await page.getByRole("alert").filter({ hasText: "/missing is not a folder." }).waitFor();
    await page.context().close();
  });

  test("100,000 pictures scroll with only the ones near the window in the document", async () => {
    const page = await site.open("fake=100000&pictures=server");
    await cell(page, 1).waitFor();
    await expect.poll(() => page.locator("[data-id]").count()).toBeLessThan(200);
    await page.getByRole("listbox", { name: "Pictures" }).focus();
    await page.keyboard.press("End");
    await cell(page, 100_000).waitFor();
    expect(await page.locator("[data-id]").count()).toBeLessThan(200);
    expect(await page.locator(".stuck").innerText()).toContain("Scans / Letters");
    await page.keyboard.press("Home");
    await cell(page, 1).waitFor();
    await page.context().close();
  });

  test("pictures fill each row to the same right edge, with equal gaps", async () => {
    const page = await site.open("fake=1000");
    await cell(page, 1).waitFor();
    const boxes = await page.locator("[data-id]").evaluateAll((elements) =>
      elements.map((element) => ({
        top: parseFloat((element as HTMLElement).style.top),
        left: parseFloat((element as HTMLElement).style.left),
        width: parseFloat((element as HTMLElement).style.width),
      })),
    );
    const rows = Map.groupBy(boxes, (box) => box.top);
    const full = [...rows.values()].slice(0, 3);
    const rights = full.map((row) => Math.max(...row.map((box) => box.left + box.width)));
    expect(new Set(rights).size).toBe(1);
    for (const row of full) {
      row.sort((a, b) => a.left - b.left);
      for (let index = 1; index < row.length; index++)
        expect(Math.abs(row[index].left - row[index - 1].left - row[index - 1].width - 4)).toBeLessThanOrEqual(1);
    }
    await page.context().close();
  });

  test("click, Ctrl, Shift, arrows, Ctrl+A and Escape select as people expect", async () => {
    const page = await site.open("fake=1000");
    await cell(page, 1).click();
    expect(await selectedIds(page)).toEqual([1]);
    await cell(page, 3).click({ modifiers: ["Control"] });
    expect(await selectedIds(page)).toEqual([1, 3]);
    await cell(page, 5).click({ modifiers: ["Shift"] });
    expect(await selectedIds(page)).toEqual([3, 4, 5]);
    await page.keyboard.press("ArrowRight");
    expect(await selectedIds(page)).toEqual([6]);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    expect(await selectedIds(page)).toEqual([6, 7, 8]);
    await page.keyboard.press("Control+ArrowRight");
    await page.keyboard.press("Control+ArrowRight");
    await page.keyboard.press("Control+Space");
    expect(await selectedIds(page)).toEqual([6, 7, 8, 10]);
    await page.keyboard.press("Control+a");
    await page.getByRole("toolbar", { name: "Selection" }).getByText("1,000 pictures selected").waitFor();
    await page.keyboard.press("Escape");
    expect(await selectedIds(page)).toEqual([]);
    await page.context().close();
  });

  test("Space opens large, arrows go on, Escape returns to the same place", async () => {
    const page = await site.open("fake=1000");
    await cell(page, 1).waitFor();
    await page.locator("[data-grid]").evaluate((element) => (element.scrollTop = 1500));
    // Image 35 is 6,000 x 4,000: larger than the stage, so real size is 100 %.
    const chosen = 35;
    await cell(page, chosen).click();
    const before = await page.locator("[data-grid]").evaluate((element) => element.scrollTop);
    await page.keyboard.press("Space");
    const large = page.getByRole("dialog", { name: /^Large view/u });
    await large.getByText(`${chosen} of 1,000`).waitFor();
    await page.keyboard.press("ArrowRight");
    await large.getByText(`${chosen + 1} of 1,000`).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("z");
    await large.getByText("100 %").waitFor();
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    expect(await page.locator("[data-grid]").evaluate((element) => element.scrollTop)).toBe(before);
    expect(await page.evaluate(() => document.activeElement?.hasAttribute("data-grid"))).toBe(true);
    await page.context().close();
  });

  test("pictures that arrive while indexing move neither the place nor the selection", async () => {
    const page = await site.open("fake=2000");
    await cell(page, 1).waitFor();
    await page.locator("[data-grid]").evaluate((element) => (element.scrollTop = 4000));
    const first = await firstInSight(page);
    await page.locator(`[data-id="${first + 8}"]`).click();
    await page.evaluate(() => (window as unknown as { fakeEngine: { grow(count: number): void } }).fakeEngine.grow(500));
    await page.getByText("2,500 pictures").waitFor();
    expect(await firstInSight(page)).toBe(first);
    expect(await selectedIds(page)).toEqual([first + 8]);
    await page.context().close();
  });

  test("the size slider and Ctrl with the wheel keep the first picture in sight; squares are square; a reload remembers", async () => {
    const page = await site.open("fake=2000");
    await cell(page, 1).waitFor();
    await page.locator("[data-grid]").evaluate((element) => (element.scrollTop = 4000));
    const first = await firstInSight(page);
    const heightBefore = (await page.locator(`[data-id="${first}"]`).boundingBox())?.height ?? 0;
    await page.locator("[data-grid]").hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, 400);
    await page.mouse.wheel(0, 400);
    await page.keyboard.up("Control");
    await expect.poll(async () => (await page.locator(`[data-id="${first}"]`).boundingBox())?.height ?? 0).toBeLessThan(heightBefore);
    await page.getByRole("button", { name: "Square pictures" }).click();
    const box = await page.locator("[data-id]").nth(5).boundingBox();
    expect(Math.abs((box?.width ?? 0) - (box?.height ?? 9))).toBeLessThanOrEqual(1);
    await page.reload();
    await cell(page, 1).waitFor();
    expect(await page.getByRole("button", { name: "Square pictures" }).getAttribute("aria-pressed")).toBe("true");
    await page.context().close();
  });

  test("an empty collection says so and offers the one thing to do", async () => {
    const page = await site.open("fake=empty");
    await page.getByText("No pictures in pictures").waitFor();
    await page.getByRole("button", { name: "Look again" }).click();
    await cell(page, 1).waitFor();
    await page.context().close();
  });
});

function cell(page: Page, id: number): ReturnType<Page["locator"]> {
  return page.locator(`[data-id="${id}"]`);
}

async function selectedIds(page: Page): Promise<number[]> {
  const ids = await page
    .locator('[data-id][aria-selected="true"]')
    .evaluateAll((elements) => elements.map((element) => Number((element as HTMLElement).dataset["id"])));
  return ids.sort((a, b) => a - b);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText.trim() ?? "");
}

/** The first image whose row is not scrolled out at the top. */
function firstInSight(page: Page): Promise<number> {
  return page.locator("[data-grid]").evaluate(async (grid) => {
    // A scroll is told with the next frame and drawn with the one after it.
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    const edge = grid.getBoundingClientRect().top;
    const inSight = [...grid.querySelectorAll<HTMLElement>("[data-id]")].filter(
      (element) => element.getBoundingClientRect().bottom > edge + 1,
    );
    return Math.min(...inSight.map((element) => Number(element.dataset["id"])));
  });
}
