/** @file A person's way through the real app in a browser: welcome, open a folder, watch it index, look around, find alike pictures. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawCollection } from "../fixtures/collection.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { inSteps, openByPath, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the app in the browser");

describe.skipIf(chromium === null)("the app over the real engine", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "holiday");
  let app: ServedApp;
  let page: Page;

  beforeAll(async () => {
    await drawCollection(pictures(), { kinds: 3, perKind: 10 });
    app = await serveApp(chromium as string, data());
    page = await app.open();
  }, 120_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  test("welcome: a folder chosen by its path opens and is indexed inside the app", async () => {
    await openByPath(page, pictures());
    await page.locator("[data-id] img").first().waitFor();
    await page
      .getByText(/could not be read/)
      .first()
      .waitFor({ timeout: 60_000 });
    // 30 pictures and 4 planted ones.
    await page.getByText("34 pictures", { exact: true }).waitFor();
  });

  test("thumbnails are real pictures, and the large view shows the file itself", async () => {
    const first = page.locator("[data-id] img").first();
    await expect.poll(() => first.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
    await page.locator("[data-id]").first().click();
    await page.keyboard.press("Enter");
    const large = page.getByRole("dialog").locator("img").first();
    await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(200);
    await page.keyboard.press("Escape");
  });

  test("details come from the store, duplicates are the planted ones", async () => {
    const details = page.getByRole("complementary", { name: "Details" });
    await details
      .getByText(/\d+ × \d+/)
      .first()
      .waitFor();
    await page.keyboard.press("d");
    await page.getByText("copy.jpg").first().waitFor();
    await page.getByText("small.jpg").first().waitFor();
  });

  test("not a duplicate is said to the engine and undone; two folders are compared", async () => {
    await page.keyboard.press("n");
    await page.getByText(/no duplicates from now on/u).waitFor();
    await page.getByRole("tab", { name: /^Not duplicates/u }).click();
    await page.getByRole("region", { name: "Not duplicates" }).getByText("By the pixels: same").first().waitFor();
    await page.keyboard.press("Control+z");
    await page.getByText("Nothing said yet").waitFor();
    await page.getByRole("tab", { name: "Between two folders" }).click();
    await page.getByLabel("Pictures of this folder").selectOption(join(pictures(), "kind-0"));
    await page.getByLabel("Lie in this folder").selectOption(join(pictures(), "kind-2"));
    await page.getByText(/^(No picture|0 pictures) of kind-0/u).waitFor();
  });

  test("outliers, issues and broken files", async () => {
    await page.keyboard.press("o");
    await page.getByText("Nearest ordinary").first().click();
    await page.getByText(/^The lit part|^No single part|^Nearly all/u).waitFor();
    await page.getByRole("tab", { name: /cannot be read/i }).click();
    await page.getByText("broken.jpg").first().waitFor();
  });

  test("a dropped picture finds its like", async () => {
    await page.keyboard.press("g");
    const bytes = [...readFileSync(join(pictures(), "kind-1/picture-4.jpg"))];
    const transfer = await page.evaluateHandle((values) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([new Uint8Array(values)], "from-outside.jpg", { type: "image/jpeg" }));
      return dropped;
    }, bytes);
    for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("body", type, { dataTransfer: transfer });
    await page.getByRole("heading", { name: /from-outside\.jpg/ }).waitFor();
    const nearest = page.locator("main [data-id]").first();
    await nearest.click();
    await page.getByRole("complementary", { name: "Details" }).getByText("picture-4.jpg").first().waitFor();
  });

  test("reloading the page comes back to the collection", async () => {
    await page.goto(new URL(app.url).origin);
    await page.locator("[data-id] img").first().waitFor();
  });
});

describe.skipIf(chromium === null)("the first start, with nothing at hand", { timeout: 180_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  let app: ServedApp;
  beforeAll(async () => {
    app = await serveApp(chromium as string, data());
  }, 120_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });

  test("the samples are drawn, indexed, and hold what was planted", async () => {
    const page = await app.open({ colours: "light" });
    await page.getByRole("button", { name: /samples/i }).click();
    await page.locator("[data-id] img").first().waitFor({ timeout: 90_000 });
    await page
      .getByText(/\d+ images?, .*could not be read/)
      .first()
      .waitFor({ timeout: 150_000 });
    await page.keyboard.press("d");
    await page
      .getByText(/Same (file|picture)/)
      .first()
      .waitFor();
    await page.keyboard.press("o");
    await page.getByText("Nearest ordinary").first().waitFor();
  });
});
