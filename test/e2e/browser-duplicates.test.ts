/** @file The duplicates view over the fake engine: sliders of strictness, what was said to be none, two folders, the rule of what is kept. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Locator, Page } from "playwright-core";

import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the duplicates view in the browser");

describe.skipIf(chromium === null)("duplicates", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  const open = async (count: number): Promise<Page> => {
    const page = await site.open(`fake=${count}`);
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("d");
    await optionsOf(page).first().waitFor();
    return page;
  };
  const optionsOf = (page: Page): Locator => page.getByRole("listbox", { name: "Groups of duplicates" }).getByRole("option");
  const sizeOf = async (page: Page): Promise<number> => Number(await optionsOf(page).first().getAttribute("aria-setsize"));

  test("the sliders take groups away and bring them back; the score only counts for a same picture", async () => {
    const page = await open(1000);
    await expect.poll(() => sizeOf(page)).toBe(42);
    const alike = page.getByRole("slider", { name: "How alike" });
    await alike.press("ArrowLeft");
    await page.getByText("Up to same picture").waitFor();
    await expect.poll(() => sizeOf(page)).toBeLessThan(42);
    const withPictures = await sizeOf(page);
    const score = page.getByRole("slider", { name: "Score of a same picture" });
    await score.press("End");
    await page.getByText("at least 1.00").waitFor();
    await expect.poll(() => sizeOf(page)).toBeLessThan(withPictures);
    await alike.press("Home");
    await page.getByText("Same file only").waitFor();
    await score.waitFor({ state: "detached" });
    await expect.poll(() => page.getByRole("button", { name: /^Same pixels/u }).count()).toBe(0);
    await page.getByRole("button", { name: "Select copies" }).click();
    await page.getByRole("toolbar", { name: "Selection" }).getByText("11 pictures selected").waitFor();
    await alike.press("End");
    await page.getByRole("slider", { name: "Score of a same picture" }).press("Home");
    await expect.poll(() => sizeOf(page)).toBe(42);
    await page.context().close();
  });

  test("N says that two are no duplicates: the review goes on, Ctrl+Z undoes it, the list takes it back", async () => {
    const page = await open(1000);
    const first = await optionsOf(page).nth(0).textContent();
    await optionsOf(page).nth(1).click();
    await page.getByText("2 of 42").waitFor();
    await page.keyboard.press("n");
    await page.getByText("These two are no duplicates from now on.").waitFor();
    await page.getByText("2 of 41").waitFor();
    expect(await optionsOf(page).nth(0).textContent()).toBe(first);
    await page.keyboard.press("Control+z");
    await expect.poll(() => sizeOf(page)).toBe(42);
    await page.keyboard.press("Shift+Control+z");
    await expect.poll(() => sizeOf(page)).toBe(41);
    await page.getByRole("tab", { name: /^Not duplicates\s*1/u }).click();
    const said = page.getByRole("region", { name: "Not duplicates" });
    await said.getByText("By the pixels: same picture.").waitFor();
    await said.getByRole("button", { name: "Take back" }).click();
    await page.getByText("Nothing said yet").waitFor();
    await page.getByRole("tab", { name: /^Groups/u }).click();
    await expect.poll(() => sizeOf(page)).toBe(42);
    await page.context().close();
  });

  test("between two folders: what lies in both in a sentence, wrong pairs and clean ones in words", async () => {
    const page = await open(1000);
    await page.getByRole("tab", { name: "Between two folders" }).click();
    const [a, b] = [page.getByLabel("Pictures of this folder"), page.getByLabel("Lie in this folder")];
    await a.selectOption("/pictures/Holiday 2024/Coast");
    await b.selectOption("/pictures/Holiday 2024/Old town");
    await page.getByText("1 picture of Coast lies in Old town too: 0.5 %").waitFor();
    await page.getByText("1 of 1", { exact: true }).waitFor();
    await b.selectOption("/pictures/Holiday 2024");
    await page.getByText("One of the folders lies in the other. Choose two that are apart.").waitFor();
    await b.selectOption("/pictures/Scans");
    await page.getByRole("heading", { name: "No picture of Coast is in Scans" }).waitFor();
    expect(await page.getByRole("button", { name: "Write as a table" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "The other way round" }).click();
    await page.getByRole("heading", { name: "No picture of Scans is in Coast" }).waitFor();
    await page.context().close();
  });

  test("another rule is tried as it is made, used by one button, and undone", async () => {
    const page = await open(1000);
    await page.getByRole("tab", { name: "What is kept" }).click();
    const use = page.getByRole("button", { name: "Use this rule" });
    await page.getByRole("heading", { name: "No mark would change" }).waitFor();
    expect(await use.isDisabled()).toBe(true);
    const titles = (): Promise<string[]> => page.locator("section[aria-label=Rule] li .title").allTextContents();
    expect(await titles()).toEqual(["Pixels", "Format", "Compression", "EXIF", "Folder", "Name", "Date"]);
    await page.getByRole("button", { name: "Date earlier" }).click();
    await page.getByLabel("Which date is better").selectOption("newest");
    await page.getByRole("checkbox", { name: /^Pixels/u }).uncheck();
    expect(await titles()).toEqual(["Format", "Compression", "EXIF", "Folder", "Date", "Name", "Pixels"]);
    await page.getByRole("heading", { name: /^In \d+ groups another picture would be kept$/u }).waitFor();
    await page.getByText("instead of 4 MB", { exact: false }).waitFor();
    await use.click();
    await page.getByText("The marks follow the new rule. No file was touched.").waitFor();
    expect(await use.isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(titles).toEqual(["Pixels", "Format", "Compression", "EXIF", "Folder", "Name", "Date"]);
    await page.context().close();
  });
});
