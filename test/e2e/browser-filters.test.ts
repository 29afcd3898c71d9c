/** @file Filters as chips and views with a name in a real browser over the fake engine: by mouse and by keyboard alone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Locator, Page } from "playwright-core";

import { fakeImages, type FakeImage } from "../helpers/fake-images.ts";
import { fakeCamera } from "../helpers/fake-views.ts";
import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("filters in the browser");

const images = fakeImages(1000);
const matching = (test: (image: FakeImage) => boolean): string => images.filter(test).length.toLocaleString("en-GB");

describe.skipIf(chromium === null)("filters", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  test("a value that is ticked becomes a chip at once; the chip changes it and takes it away", async () => {
    const page = await open(site);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("menuitem", { name: "Camera 13" }).click();
    const panel = page.getByRole("dialog", { name: "Filter by camera" });
    const fuji = fakeCount("Fuji X100V");
    const row = panel.getByRole("listitem").filter({ hasText: "Fuji X100V" });
    expect(await row.innerText()).toContain(fuji);
    await row.getByRole("checkbox").check();
    await count(page, fuji);
    await panel.getByRole("checkbox", { name: /Nikon Z 6/u }).check();
    await count(
      page,
      matching((image) => ["Fuji X100V", "Nikon Z 6"].includes(fakeCamera(image))),
    );
    await panel.getByRole("checkbox", { name: "All but these" }).check();
    await count(
      page,
      matching((image) => !["Fuji X100V", "Nikon Z 6"].includes(fakeCamera(image))),
    );
    await panel.getByRole("button", { name: "Done" }).click();
    await panel.waitFor({ state: "detached" });
    await chips(page)
      .getByRole("button", { name: /^Camera: not Fuji X100V or Nikon Z 6|^Camera: not Nikon/u })
      .click();
    await panel.getByRole("checkbox", { name: "All but these" }).uncheck();
    await panel.getByRole("checkbox", { name: /Nikon Z 6/u }).uncheck();
    await page.keyboard.press("Escape");
    await count(page, fuji);
    await page.getByRole("button", { name: "Remove the filter Camera: Fuji X100V" }).click();
    await page.getByText("1,000 pictures").waitFor();
    await page.context().close();
  });

  test("by keyboard alone: a filter of days, then one of size", async () => {
    const page = await open(site);
    await page.keyboard.press("Shift+Control+F");
    await expect.poll(() => focused(page)).toMatch(/^Date/u);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Date from");
    await page.getByLabel("Date from").fill("2024-06-01");
    await page.getByLabel("Date to").fill("2024-08-31");
    await page.getByLabel("Date to").press("Enter");
    const inSummer = (image: FakeImage): boolean => image.time >= Date.UTC(2024, 5, 1) && image.time < Date.UTC(2024, 8, 1);
    await count(page, matching(inSummer));
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+Control+F");
    await expect.poll(() => focused(page)).toMatch(/^Date/u);
    for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowDown");
    await expect.poll(() => focused(page)).toMatch(/^Megapixels/u);
    await page.keyboard.press("Enter");
    await page.getByLabel("Megapixels to").fill("8");
    await page.getByLabel("Megapixels to").press("Enter");
    await count(
      page,
      matching((image) => inSummer(image) && (image.width * image.height) / 1e6 <= 8),
    );
    await page.keyboard.press("Escape");
    expect(await chips(page).locator(".chip").allInnerTexts()).toEqual(["Date: 1 Jun 2024 to 31 Aug 2024", "Megapixels: up to 8"]);
    await page.context().close();
  });

  test("where nothing matches, it is said which filter is in the way, and one click takes it off", async () => {
    const page = await open(site);
    await filterBy(page, /^Shape/u, /Square/u);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("menuitem", { name: /^Megapixels/u }).click();
    await page.getByLabel("Megapixels from").fill("900");
    await page.getByLabel("Megapixels from").press("Enter");
    await page.keyboard.press("Escape");
    await page.getByText("Nothing matches").waitFor();
    const square = matching((image) => image.width === image.height);
    expect(await page.getByRole("button", { name: /^Without/u }).allInnerTexts()).toEqual([
      expect.stringMatching(new RegExp(`^Without Megapixels: from 900\\s+${square} pictures$`, "u")),
    ]);
    await page.getByRole("button", { name: /^Without Megapixels/u }).click();
    await count(page, square);
    await page.context().close();
  });

  test("filtered in the library, filtered on the map and among the odd ones", async () => {
    const page = await open(site);
    await filterBy(page, /^Format/u, /PNG/u);
    await count(page, "4");
    await page.keyboard.press("m");
    await page.getByRole("group", { name: "Active filters" }).getByText("Format: PNG").waitFor();
    await page.keyboard.press("o");
    await page.getByText(/odder than/u).waitFor();
    await page.getByRole("slider").first().focus();
    await page.keyboard.press("Home");
    await expect.poll(() => page.getByRole("listbox", { name: "Odd pictures" }).getByRole("option").count()).toBe(4);
    await page.context().close();
  });

  test("a view is saved, opened from elsewhere, renamed, deleted and brought back", async () => {
    const page = await open(site);
    await filterBy(page, /^Camera/u, /Leica Q2/u);
    await page.getByRole("treeitem").getByText("Scans").first().click();
    const left = matching((image) => fakeCamera(image) === "Leica Q2" && image.folder >= 3);
    await count(page, left);
    await page.getByRole("button", { name: /^Order/u }).click();
    await page.getByRole("menuitemradio", { name: "Largest first" }).click();
    await page.keyboard.press("Shift+Control+S");
    await page.getByLabel("Name", { exact: true }).fill("Scans by the Leica");
    await page.keyboard.press("Enter");
    const list = page.getByRole("list", { name: "Saved views" });
    await list.getByRole("button", { name: "Scans by the Leica", exact: true }).waitFor();
    await page.getByRole("button", { name: "Remove all", exact: true }).click();
    await page.getByRole("button", { name: /^Order/u }).click();
    await page.getByRole("menuitemradio", { name: "Name" }).click();
    await page.keyboard.press("m");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search commands" }).fill("open the view scans");
    await page.keyboard.press("Enter");
    await count(page, left);
    expect(await chips(page).locator(".chip").allInnerTexts()).toEqual(["Scans", "Camera: Leica Q2"]);
    await page.keyboard.press("g");
    await page.getByText("Largest first").waitFor();

    await list.hover();
    await page.getByRole("button", { name: "The view Scans by the Leica" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Leica");
    await page.keyboard.press("Enter");
    await list.getByRole("button", { name: "Leica", exact: true }).waitFor();
    await list.hover();
    await page.getByRole("button", { name: "The view Leica" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await list.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await list.getByRole("button", { name: "Leica", exact: true }).waitFor();
    await page.context().close();
  });

  test("pictures that come while a filter is on are filtered too", async () => {
    const page = await open(site);
    await filterBy(page, /^Shape/u, /Portrait/u);
    await count(
      page,
      matching((image) => image.width < image.height),
    );
    await page.evaluate(() => (window as unknown as { fakeEngine: { grow(count: number): void } }).fakeEngine.grow(500));
    const all = fakeImages(1500).filter((image) => image.width < image.height).length;
    await page
      .getByRole("status")
      .filter({ hasText: new RegExp(`^${all} of 1,500$`, "u") })
      .waitFor();
    await page.context().close();
  });
});

async function open(site: RendererSite): Promise<Page> {
  const page = await site.open("fake=1000&pictures=server");
  await page.locator('[data-id="1"]').waitFor();
  return page;
}

async function filterBy(page: Page, what: RegExp, value: RegExp): Promise<void> {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitem", { name: what }).click();
  await page.getByRole("checkbox", { name: value }).check();
  await page.keyboard.press("Escape");
}

function chips(page: Page): Locator {
  return page.getByRole("group", { name: "Active filters" });
}

function fakeCount(camera: string): string {
  return matching((image) => fakeCamera(image) === camera);
}

/** So many of all are shown. */
async function count(page: Page, shown: string): Promise<void> {
  await chips(page)
    .getByRole("status")
    .filter({ hasText: new RegExp(`^${shown} of 1,000$`, "u") })
    .waitFor();
}

async function focused(page: Page): Promise<string> {
  return (await page.evaluate(() => document.activeElement?.textContent ?? "")).trim();
}
