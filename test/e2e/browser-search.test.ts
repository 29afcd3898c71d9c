/** @file Search in the app, in a real browser over the real engine: names where no words are read, words and pictures where they are, parts of pictures. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawColouredFolder } from "../helpers/coloured-folder.ts";
import { runCommand } from "../helpers/command-line.ts";
import { dropFiles } from "../helpers/drop-files.ts";
import { drawRingPictures, ringPlaces, ringSize } from "../helpers/ring-pictures.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { inSteps, openRecent, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { savePair } from "../helpers/small-pairs.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("search in the browser");

/** Other processes may want the machine too. */
const patient = { timeout: 60_000 };

describe.skipIf(chromium === null)("search in the app", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "colours");
  const home = temporaryFolderFor(beforeAll, "home");
  let app: ServedApp;
  let page: Page;
  const field = () => page.getByRole("searchbox");
  const chips = () => page.getByRole("group", { name: "Active filters" });
  /** Colours of the pictures shown, in their order: the names of files say nothing. */
  const shown = (): Promise<string[]> =>
    page.locator("main [data-id]").evaluateAll((cells) =>
      cells.map((cell) => {
        const [r = 0, g = 0, b = 0] = getComputedStyle(cell).backgroundColor.match(/\d+/gu)?.map(Number) ?? [];
        return r > g && r > b ? "red" : g > b ? "green" : "blue";
      }),
    );

  beforeAll(async () => {
    await drawColouredFolder(pictures());
    expect((await runCommand(["index", pictures(), "--device", "cpu"], data())).code).toBe(0);
    const { image, text, tokenizer, preprocess } = savePair(home());
    const importing = [
      "encoders",
      "import",
      image,
      "--text",
      text,
      "--tokenizer",
      tokenizer,
      "--context",
      "20",
      "--preprocess",
      preprocess,
    ];
    expect((await runCommand([...importing, "--name", "Small Pair"], data())).code).toBe(0);
    app = await serveApp(chromium as string, data());
    page = await app.open();
    page.setDefaultTimeout(15_000);
    await openRecent(page, "colours");
  }, 180_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  test("without a text half: names, folders and facts, and one line that says so", async () => {
    await page.keyboard.press("f");
    await page.keyboard.type("blue");
    await chips()
      .getByText(/^In names, folders and facts: .* reads no words\.$/)
      .waitFor();
    await chips().getByText("6 of 19").waitFor();
    expect(await shown()).toEqual(Array(6).fill("blue"));
  });

  test("a picture dropped into the field ranks all the same; words beside it are said not to count", async () => {
    await dropFiles(page, [{ name: "outside.png", bytes: readFileSync(join(pictures(), "green", "2.png")) }], "[data-search]");
    await chips().getByText("outside.png").waitFor();
    await chips()
      .getByText(/^Only by the pictures: .* reads no words\.$/)
      .waitFor();
    await expect.poll(async () => (await shown()).slice(0, 6), patient).toEqual(Array(6).fill("green"));
    await field().press("Escape");
    await chips().waitFor({ state: "detached" });
  });

  test("with one: words find pictures, the most alike first, with a sign for each term", async () => {
    await page.getByRole("button", { name: /^Encoder:/ }).click();
    await page.getByRole("menuitemradio", { name: /Small Pair/ }).click();
    await page.getByRole("button", { name: "Embed and use it" }).click();
    await page.getByRole("button", { name: "Encoder: Small Pair" }).waitFor(patient);
    await page.keyboard.press("f");
    await page.keyboard.type("a blue dog");
    await expect.poll(async () => (await shown()).slice(0, 6), patient).toEqual(Array(6).fill("blue"));
    await chips().getByText("19 most alike of 19").waitFor();
    await field().fill("red blue -red");
    await chips().getByRole("button", { name: "Remove the filter red", exact: true }).waitFor();
    await expect.poll(async () => (await shown()).slice(0, 6), patient).toEqual(Array(6).fill("blue"));
    await chips().getByRole("button", { name: "Remove the filter red blue" }).click();
    expect(await field().inputValue()).toBe("-red");
    await expect.poll(async () => (await shown()).slice(-7), patient).toEqual(Array(7).fill("red"));
  });

  test("a picture and a word together: red made green", async () => {
    await field().fill("green -red");
    await dropFiles(page, [{ name: "red.png", bytes: readFileSync(join(pictures(), "red", "1.png")) }], "[data-search]");
    await expect.poll(async () => (await shown()).slice(0, 6), patient).toEqual(Array(6).fill("green"));
    await chips().getByRole("button", { name: "Remove the filter red.png" }).waitFor();
  });

  test("names can still be meant", async () => {
    await field().fill("red");
    await chips().getByRole("button", { name: "Search names instead" }).click();
    await chips().getByText("Only by the pictures: names cannot be mixed with them.").waitFor();
    await chips().getByRole("button", { name: "Remove the filter red.png" }).click();
    await chips().getByText("6 of 19").waitFor(patient);
    await chips().getByText("In names, folders and facts.").waitFor();
    await chips().getByRole("button", { name: "Search in pictures" }).click();
    await chips().getByText("19 most alike of 19").waitFor(patient);
    await field().press("Escape");
  });

  test("a picture of the collection as a term, by a command", async () => {
    await page.locator("main [data-id]").first().click();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search commands" }).fill("Search away from this picture");
    await page.keyboard.press("Enter");
    await chips().getByText("18 most alike of 19").waitFor(patient);
    await field().press("Escape");
  });

  test("clusters of the map have words", async () => {
    await page.keyboard.press("m");
    await page.getByRole("heading", { name: /^Clusters/ }).waitFor(patient);
    for (const name of ["Red", "Green", "Blue"])
      await page.getByRole("button", { name: new RegExp(`^${name}, \\d pictures: show`) }).waitFor();
  });
});

describe.skipIf(chromium === null)("a box on a picture", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "rings");
  let app: ServedApp;
  let page: Page;

  beforeAll(async () => {
    await drawRingPictures(pictures());
    expect((await runCommand(["index", pictures(), "--device", "cpu"], data())).code).toBe(0);
    app = await serveApp(chromium as string, data());
    page = await app.open();
    page.setDefaultTimeout(15_000);
    await page.getByRole("button", { name: /rings/ }).first().click();
    await page.locator("[data-id] img").first().waitFor();
  }, 180_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });

  test("found in others, its place outlined, and the same after a reload", async () => {
    await page.locator("main [data-id]").first().dblclick();
    await page.getByRole("dialog", { name: /Large view/ }).waitFor();
    await page.keyboard.press("r");
    await page.getByText("Drag a box around the part to look for, or press an arrow. Escape leaves.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Drag a box around the part to look for, or press an arrow. Escape leaves.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Find a part" }).click();
    const picture = await page
      .getByRole("dialog", { name: /Large view/ })
      .locator(".paper")
      .boundingBox();
    if (picture === null) throw new Error("no picture");
    const [left, top] = ringPlaces[0] as readonly [number, number];
    await page.mouse.move(picture.x + left * picture.width, picture.y + top * picture.height);
    await page.mouse.down();
    await page.mouse.move(picture.x + (left + ringSize) * picture.width, picture.y + (top + ringSize) * picture.height, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("heading", { name: /^A part of/ }).waitFor();
    const places = page.locator("main [data-id] .found");
    await places.first().waitFor(patient);
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/similar\/region-\d+(-\d+){4}$/);
    // The four others that have the thing come first, each outlined where it was drawn.
    for (let at = 0; at < 4; at++) {
      const cell = page.locator("main [data-id]").nth(at);
      const [x, y] = ringPlaces[Number((await cell.getAttribute("aria-label"))?.slice(0, 2))] ?? [NaN, NaN];
      const [whole, found] = [await cell.boundingBox(), await cell.locator(".found").boundingBox()];
      if (whole === null || found === null) throw new Error("no outline");
      const middle = [(found.x + found.width / 2 - whole.x) / whole.width, (found.y + found.height / 2 - whole.y) / whole.height] as const;
      expect(Math.abs(middle[0] - x - ringSize / 2)).toBeLessThan(0.13);
      expect(Math.abs(middle[1] - y - ringSize / 2)).toBeLessThan(0.13);
    }
    await page.reload();
    await places.first().waitFor(patient);
    // Large, the outline lies where the thing was drawn, also when zoomed and in the next result.
    await page.locator("main [data-id]").first().dblclick();
    const large = page.getByRole("dialog", { name: /Large view/ });
    const liesRight = async (): Promise<void> => {
      const [x, y] = ringPlaces[Number(/\d\d/u.exec((await large.getAttribute("aria-label")) ?? "")?.[0])] ?? [NaN, NaN];
      const paper = await large.locator(".paper").boundingBox();
      const found = await large.getByRole("img", { name: "Here the part was found" }).boundingBox();
      if (paper === null || found === null) throw new Error("no outline");
      expect(Math.abs((found.x + found.width / 2 - paper.x) / paper.width - x - ringSize / 2)).toBeLessThan(0.13);
      expect(Math.abs((found.y + found.height / 2 - paper.y) / paper.height - y - ringSize / 2)).toBeLessThan(0.13);
    };
    await liesRight();
    await page.keyboard.press("z");
    await liesRight();
    await page.keyboard.press("ArrowRight");
    await liesRight();
    await page.keyboard.press("r");
    expect(await large.getByRole("img", { name: "Here the part was found" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    await liesRight();
    await page.keyboard.press("Escape");
    // What is opened elsewhere has no such place.
    await page.keyboard.press("g");
    await page.locator("main [data-id]").first().dblclick();
    await large.waitFor();
    expect(await large.getByRole("img", { name: "Here the part was found" }).count()).toBe(0);
    await page.keyboard.press("Escape");
  });

  test("by keys alone", async () => {
    await page.keyboard.press("g");
    await page.locator("main [data-id]").first().dblclick();
    await page.getByRole("dialog", { name: /Large view/ }).waitFor();
    await page.keyboard.press("r");
    await page.getByRole("application", { name: /Box around a part/ }).waitFor();
    for (const key of ["ArrowLeft", "ArrowLeft", "Shift+ArrowRight", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: /^A part of/ }).waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/similar\/region-\d+-2300-2500-5200-5000$/);
  });
});
