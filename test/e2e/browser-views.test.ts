/** @file The other views over the fake engine: one selection and one filter everywhere, duplicates compared, outliers, jobs, commands. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";

import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the views in the browser");

interface FakeOnPage {
  setJob(change: object): void;
  setConnection(state: string): void;
  handlers: { "encoders.apply"(request: { encoder: string }): unknown };
}

describe.skipIf(chromium === null)("views", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  test("what is selected in one view is selected in the next, and back returns", async () => {
    // High enough for both pictures to be in sight at once.
    const page = await site.open("fake=1000", { height: 1600 });
    await page.locator('[data-id="19"]').click();
    await page.locator('[data-id="1"]').click({ modifiers: ["Control"] });
    await page.keyboard.press("s");
    await page.getByRole("heading", { name: "More like IMG_00001.jpg" }).waitFor();
    // 19 is of the same kind as 1 in the fake collection, so it is among the answers, still selected.
    await page.locator('[data-id="19"][aria-selected="true"]').waitFor();
    await page.goBack();
    await page.getByText("1,000 pictures", { exact: true }).waitFor();
    await expect.poll(() => page.locator('[data-id][aria-selected="true"]').count()).toBe(2);
    await page.context().close();
  });

  test("details tell facts, issues and groups; a group leads to duplicates; I hides them", async () => {
    const page = await site.open("fake=1000");
    const details = page.getByRole("complementary", { name: "Details" });
    await page.locator('[data-id="6"]').click();
    await details.getByRole("heading", { name: "white.png" }).waitFor();
    await details.getByText("Bright.").waitFor();
    await details.getByText("1,500 × 1,500").waitFor();
    await page.locator('[data-id="8"]').click();
    await details.getByRole("button", { name: /Same file/u }).click();
    const region = page.getByRole("region", { name: "Same file" });
    await region.getByText("IMG_00008.jpg").waitFor();
    await page.keyboard.press("i");
    await details.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("training on labels: refused in words, begun, and its verdict leaves the choice", async () => {
    const page = await site.open("fake=1000&labels");
    const pane = page.getByRole("tabpanel", { name: "Train" });
    const done = (): Promise<void> =>
      page.evaluate(() =>
        (window as unknown as { fakeEngine: FakeOnPage }).fakeEngine.setJob({ state: "done", finishedAt: 2, summary: "Judged." }),
      );
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("c");
    await page.getByRole("tab", { name: "Train" }).click();
    await pane.getByRole("button", { name: "Train on 40 labels" }).click();
    await pane.getByText(/^It trains on your labels now\./u).waitFor();
    const jobs = page.getByRole("region", { name: "Jobs" });
    await jobs.getByRole("button", { name: "Pause" }).waitFor();
    expect(await pane.getByRole("button").count()).toBe(0);
    await page.getByRole("tab", { name: "Look at next" }).click();
    await done();
    await jobs.getByRole("button", { name: "Show the verdict" }).click();
    await pane.getByRole("heading", { name: /^Training won/u }).waitFor();
    expect(await pane.getByRole("definition").allTextContents()).toEqual(["94.2\u00a0%", "90.0\u00a0%"]);
    await pane.getByText(/chance alone gives as much in 1\.0 % of cases/u).waitFor();
    await pane.getByRole("button", { name: "Use it" }).click();
    await pane.getByText(/^An encoder is being applied/u).waitFor();
    await done();
    // What gains nothing is said to, and the plain way is the button that is offered.
    await pane.getByRole("radio", { name: /^Norms/u }).check({ force: true });
    await pane.getByRole("button", { name: "Train on 40 labels" }).click();
    await pane.getByText(/^It trains on your labels now\./u).waitFor();
    await done();
    await pane.getByRole("heading", { name: /^Training did not win/u }).waitFor();
    await pane.getByRole("button", { name: "Keep the plain way" }).click();
    await pane.getByText(/^The plain way goes on/u).waitFor();
    await pane.getByRole("button", { name: "Use it all the same" }).waitFor();
    // A project of its own has no labels yet.
    await page.getByRole("button", { name: "Project: Classes" }).click();
    await page.getByRole("menuitem", { name: "A new project" }).click();
    await page.keyboard.press("Escape");
    await page.getByLabel("Name of a new class").fill("Boats");
    await page.keyboard.press("Enter");
    await pane.getByText("Nothing is labelled by hand yet, so there is nothing to learn from.").waitFor();
    await page.context().close();
  });

  test("where the encoder reads words, names of classes find the first labels", async () => {
    const page = await site.open("fake=1000");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("c");
    await page.getByRole("button", { name: /^Begin with ten pictures/u }).waitFor();
    const words = page.getByLabel("Names of classes");
    expect(await words.count()).toBe(0);
    await page.evaluate(() => {
      const { fakeEngine } = window as unknown as { fakeEngine: FakeOnPage };
      fakeEngine.handlers["encoders.apply"]({ encoder: "clip-vit-b-32-4f1c22aa" });
      fakeEngine.setJob({ state: "done", finishedAt: 2 });
    });
    await words.fill("beach, town, , town, people");
    await words.press("Enter");
    const town = page.getByRole("region", { name: "Pictures of town" });
    await expect.poll(() => town.getByRole("listitem").count()).toBe(5);
    await town
      .getByRole("button", { name: /is not town$/u })
      .first()
      .click();
    await page.getByRole("button", { name: "Label 14 pictures" }).click();
    await page.getByRole("button", { name: "Rename town" }).waitFor();
    await expect.poll(() => page.locator("[data-tally=labelled]").textContent()).toBe("14");
    await page.context().close();
  });

  test("the classifier of the project in use is exported from its classes", async () => {
    const page = await site.open("fake=1000&labels");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("c");
    await page.getByRole("button", { name: "Export the classifier" }).click();
    const dialog = page.getByRole("dialog", { name: "Export" });
    await dialog.waitFor();
    expect(await dialog.getByRole("radio", { name: "Classifier" }).isChecked()).toBe(true);
    await page.context().close();
  });

  test("words and folders filter every view, as chips that can be removed", async () => {
    const page = await site.open("fake=1000");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("f");
    await page.keyboard.type("img_0000");
    // Images 1..9 without the six with other names: 1, 8 and 9.
    await page.getByRole("status").filter({ hasText: "3 of 1,000" }).waitFor();
    await page.keyboard.press("Escape");
    await page
      .getByRole("treeitem")
      .filter({ hasText: "Scans" })
      .getByRole("button", { name: /^Scans/u })
      .click();
    await page.getByRole("status").filter({ hasText: "400 of 1,000" }).waitFor();
    await page.locator("body").press("d");
    const options = page.getByRole("listbox", { name: "Groups of duplicates" }).getByRole("option");
    await options.first().waitFor();
    // 42 groups in all; those from image 601 on: 608, 632 ... 992.
    expect(Number(await options.first().getAttribute("aria-setsize"))).toBe(17);
    await page.getByRole("button", { name: "Remove the filter Scans" }).click();
    await expect.poll(async () => Number(await options.first().getAttribute("aria-setsize"))).toBe(42);
    await page.context().close();
  });

  test("duplicates: relation chips, most to gain first, four ways to compare, zoom in step", async () => {
    const page = await site.open("fake=1000");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("d");
    const options = page.getByRole("listbox", { name: "Groups of duplicates" }).getByRole("option");
    await options.first().waitFor();
    const gains = await options.evaluateAll((elements) =>
      elements.map((element) => parseFloat(/([\d.]+) MB/u.exec(element.textContent ?? "")?.[1] ?? "0")),
    );
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    await page.getByRole("button", { name: /^Same picture/u }).click();
    await expect.poll(async () => Number(await options.first().getAttribute("aria-setsize"))).toBe(11);
    const papers = page.locator(".paper");
    await expect.poll(() => papers.count()).toBe(2);
    const widthBefore = await papers.first().evaluate((element) => (element as HTMLElement).offsetWidth);
    await papers.first().hover();
    await page.mouse.wheel(0, -600);
    await expect.poll(() => papers.first().evaluate((element) => (element as HTMLElement).offsetWidth)).toBeGreaterThan(widthBefore);
    const styles = await papers.evaluateAll((elements) =>
      elements.map((element) => `${(element as HTMLElement).offsetWidth} ${element.style.transform}`),
    );
    expect(styles[1]).toBe(styles[0]);
    await page.keyboard.press("2");
    await page.getByLabel("Line between the pictures").waitFor();
    await page.keyboard.press("3");
    await page.getByText(/Black where both are the same/u).waitFor();
    await page.keyboard.press("b");
    await page.getByRole("button", { name: "Show the other one" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByText("2 of 11").waitFor();
    await expect.poll(() => page.getByText("Keep", { exact: true }).count()).toBe(1);
    await page.context().close();
  });

  test("odd pictures come oddest first with their nearest ordinary ones; the slider cuts", async () => {
    const page = await site.open("fake=1000");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("o");
    const options = page.getByRole("listbox", { name: "Odd pictures" }).getByRole("option");
    await options.first().waitFor();
    const percents = await options.evaluateAll((elements) => elements.map((element) => parseFloat(element.textContent ?? "")));
    expect(percents).toEqual([...percents].sort((a, b) => b - a));
    expect(Math.min(...percents)).toBeGreaterThanOrEqual(95);
    await expect.poll(() => options.first().locator("img").count()).toBe(5);
    const all = Number(await options.first().getAttribute("aria-setsize"));
    await page.getByLabel(/Show pictures odder than/u).fill("99");
    await expect.poll(async () => Number(await options.first().getAttribute("aria-setsize"))).toBeLessThan(all / 2);
    await page.context().close();
  });

  test("issues by kind become a filter; broken files say where and why", async () => {
    const page = await site.open("fake=1000#/outliers/issues");
    await page.getByRole("button", { name: /^Blurred\s*24$/u }).waitFor();
    await page.getByRole("button", { name: "Filter everything to these" }).click();
    await page.getByRole("status").filter({ hasText: "24 of 1,000" }).waitFor();
    expect(await page.evaluate(() => location.hash)).toBe("#/library");
    await page.keyboard.press("o");
    await page.getByRole("tab", { name: /Files that cannot be read/u }).click();
    await page.getByText("/pictures/Scans/Letters/IMG_0042.jpg").waitFor();
    await page.getByText("The file ends in the middle of the picture.").waitFor();
    await page.context().close();
  });

  test("the strip shows progress, pauses, goes on, and says what was found", async () => {
    const page = await site.open("fake=1000&job");
    const strip = page.getByRole("region", { name: "Jobs" });
    await strip.getByText("Reading pictures: 3,120 of 12,400 · 410/s · 23 s left in this step").waitFor();
    // Step 2 of 6, 3,120 of 12,400 in it: (1 + 0.2516) / 6 = 0.2086.
    expect(await strip.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("21");
    await strip.getByRole("button", { name: "Pause" }).click();
    await strip.getByText(/^Paused\./u).waitFor();
    await strip.getByRole("button", { name: "Go on" }).click();
    await page.evaluate(() =>
      (window as unknown as { fakeEngine: FakeOnPage }).fakeEngine.setJob({
        state: "done",
        summary: "41 groups of duplicates, 12 files could not be read.",
        report: {},
      }),
    );
    await strip.getByText("41 groups of duplicates, 12 files could not be read.").waitFor();
    await strip.getByRole("button", { name: "Show duplicates" }).click();
    await page.getByRole("listbox", { name: "Groups of duplicates" }).waitFor();
    await strip.getByRole("button", { name: "Put away" }).click();
    await strip.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("Ctrl+K finds a command by the beginnings of its words", async () => {
    const page = await site.open("fake=30");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search commands" }).waitFor();
    await page.keyboard.type("go enc");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Encoders" }).waitFor();
    await page.getByText("In use").waitFor();
    await page.keyboard.press("Shift+?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor({ state: "detached" });
    await page.context().close();
  });

  test("a dialog asked for in the moment another closes stays", async () => {
    const page = await site.open("fake=30");
    await page.locator('[data-id="1"]').waitFor();
    await page.keyboard.press("Shift+?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    // The platform closes at once and tells of it one task later; the key comes between the two.
    await page.evaluate(() => {
      document.querySelector("dialog")?.close();
      dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, cancelable: true }));
    });
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor({ state: "detached" });
    const palette = page.getByRole("combobox", { name: "Search commands" });
    await palette.waitFor({ timeout: 5000 });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(await palette.isVisible()).toBe(true);
    await page.context().close();
  });

  test("a dropped picture finds the ones like it", async () => {
    const page = await site.open("fake=1000");
    await page.locator('[data-id="1"]').waitFor();
    await dropFile(page);
    await page.getByRole("heading", { name: "More like holiday.png" }).waitFor();
    await page.getByRole("listbox", { name: "Similar pictures" }).waitFor();
    await page.context().close();
  });

  test("a lost connection is said and mends itself", async () => {
    const page = await site.open("fake=30");
    await page.locator('[data-id="1"]').waitFor();
    const set = (state: string): Promise<void> =>
      page.evaluate((next) => (window as unknown as { fakeEngine: FakeOnPage }).fakeEngine.setConnection(next), state);
    await set("lost");
    await page.getByText("The engine is not answering. Trying to reach it again…").waitFor();
    await set("open");
    await page.getByText("The engine is not answering. Trying to reach it again…").waitFor({ state: "detached" });
    await expect.poll(() => page.locator("[data-id]").count()).toBeGreaterThan(5);
    await page.context().close();
  });
});

function dropFile(page: Page): Promise<void> {
  return page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "holiday.png", { type: "image/png" }));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
  });
}
