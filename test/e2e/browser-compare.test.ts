/** @file The map before and after a training, over the fake engine: asked for, waited for, moved by hand and by itself, read and refused in words. */
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
/** Other processes may want the machine too. */
const patient = { timeout: 20_000 };
if (chromium === null) sayNoChromium("the map before and after a training");

describe.skipIf(chromium === null)("the map before and after", { timeout: 60_000 }, () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  }, 60_000);
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  const setJob = (page: Page, change: object): Promise<void> =>
    page.evaluate((to) => (window as unknown as { fakeEngine: { setJob(change: object): void } }).fakeEngine.setJob(to), change);

  async function openRun(page: Page, name: RegExp): Promise<Locator> {
    await page.keyboard.press("t");
    await page.getByRole("tab", { name: /Trainings/ }).click();
    await page.getByRole("button", { name }).first().click();
    return page.getByRole("region", { name: "The map before and after" });
  }

  async function openCompared(images: number): Promise<{ page: Page; section: Locator }> {
    const page = await site.open(`fake=${images}`);
    const section = await openRun(page, /Second try/);
    await section.getByRole("button", { name: "Compare the maps" }).click();
    await setJob(page, { state: "done", report: { compared: "run-2", pictures: images }, summary: "Compared" });
    await section.locator("canvas").scrollIntoViewIfNeeded();
    return { page, section };
  }

  const placeOf = async (picture: Locator): Promise<{ x: number; y: number }> => {
    const [, x, y] = /translate\(([-\d.]+)px, ([-\d.]+)px\)/.exec((await picture.getAttribute("style")) ?? "") ?? [];
    return { x: Number(x), y: Number(y) };
  };

  test("asked for, waited for with the time left, stopped, asked for again, failed in words", async () => {
    const page = await site.open("fake=300");
    const section = await openRun(page, /Second try/);
    await section.getByRole("button", { name: "Compare the maps" }).click();
    await section.getByText("Reading pictures: 320 of 1,400, 18 s left in this part").waitFor();
    await section.getByRole("button", { name: "Cancel" }).click();
    await section.getByText("It was stopped. Pictures that were read need not be read again.").waitFor();
    await section.getByRole("button", { name: "Go on" }).click();
    await section.getByText(/320 of 1,400/).waitFor();
    await setJob(page, { state: "failed", error: { code: "x", message: "The disk is full." } });
    await section.getByText("The maps could not be compared: The disk is full.").waitFor();
    await page.context().close();
  });

  test("where an encoder is gone there is no button but a reason", async () => {
    const page = await site.open("fake=300");
    const section = await openRun(page, /^Run 1/);
    await section.getByText("Not compared. The encoder run-1 was removed.").waitFor();
    expect(await section.getByRole("button").count()).toBe(0);
    await page.context().close();
  });

  test("the slider moves every picture from its old place to its new one, by mouse and by arrow keys", async () => {
    const { page, section } = await openCompared(30);
    await section.getByText("All 30 pictures are compared.").waitFor();
    const pictures = section.locator(".stage .placed");
    expect(await pictures.count()).toBe(30);
    const slider = section.getByRole("slider", { name: "From before to after" });
    const [first, last] = [await placeOf(pictures.nth(7)), (await slider.fill("1"), await placeOf(pictures.nth(7)))];
    expect(Math.hypot(first.x - last.x, first.y - last.y)).toBeGreaterThan(20);
    await slider.fill("0.5");
    const middle = await placeOf(pictures.nth(7));
    expect(middle.x).toBeCloseTo((first.x + last.x) / 2, 0);
    expect(middle.y).toBeCloseTo((first.y + last.y) / 2, 0);
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    expect(await slider.inputValue()).toBe("0.51");
    await page.keyboard.press("Home");
    expect(await placeOf(pictures.nth(7))).toEqual(first);
    expect(await slider.getAttribute("aria-valuetext")).toBe("0 % of the way");
    await page.context().close();
  });

  test("points are drawn, move, take other colours; play goes to the other end and back", async () => {
    const { page, section } = await openCompared(2000);
    const stage = section.locator(".stage");
    /** Where anything has a colour: points do, words and the ground do not. */
    const coloured = async (): Promise<Uint8Array> => {
      const { data, info } = await sharp(await stage.screenshot())
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return Uint8Array.from({ length: info.width * info.height }, (_, at) => {
        const pixel = data.subarray(3 * at, 3 * at + 3);
        return Math.max(...pixel) - Math.min(...pixel) > 50 ? 1 : 0;
      });
    };
    const area = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);
    const unlike = async (mask: Uint8Array): Promise<number> => {
      const now = await coloured();
      return now.reduce((sum, value, at) => sum + (value === mask[at] ? 0 : 1), 0) / Math.max(1, area(mask));
    };
    const slider = section.getByRole("slider", { name: "From before to after" });
    await expect.poll(async () => area(await coloured()), patient).toBeGreaterThan(1500);
    const before = await coloured();
    await section.getByLabel("Colour by").selectOption("Folder");
    const recoloured = await coloured();
    await section.getByLabel("Colour by").selectOption("Group before");
    expect(await unlike(recoloured)).toBeGreaterThan(0.02);
    await slider.fill("1");
    await expect.poll(() => unlike(before), patient).toBeGreaterThan(0.3);
    await section.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => slider.inputValue(), patient).toBe("0");
    await expect.poll(() => unlike(before), patient).toBeLessThan(0.1);
    await section.getByRole("button", { name: "Play" }).click();
    await section.getByRole("button", { name: "Pause" }).click();
    expect(Number(await slider.inputValue())).toBeLessThan(1);
    await page.context().close();
  });

  test("where motion is not wanted, play goes there at once", async () => {
    const { page, section } = await openCompared(30);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await section.getByRole("button", { name: "Play" }).click();
    expect(await section.getByRole("slider", { name: "From before to after" }).inputValue()).toBe("1");
    await section.getByRole("button", { name: "Play" }).waitFor();
    await page.context().close();
  });

  test("who moved most is ringed with the way it went, shown in the details, and opened when chosen again", async () => {
    const { page, section } = await openCompared(2000);
    const moved = section.getByRole("tabpanel").getByRole("button", { name: /moved \d+ %, .* of its 15 nearest/ });
    expect(await moved.count()).toBe(24);
    await moved.nth(1).click();
    expect(await moved.nth(1).getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => section.locator("svg line").count()).toBe(1);
    const name = /IMG_\d+\.jpg/.exec((await moved.nth(1).getAttribute("aria-label")) ?? "")?.[0] ?? "";
    await page.getByRole("complementary", { name: "Details" }).getByRole("heading", { name }).waitFor();
    await moved.nth(1).press("Enter");
    await page.getByRole("dialog", { name }).waitFor();
    await page.keyboard.press("Escape");
    await section.getByRole("tab", { name: /Odd pictures/ }).click();
    await section.getByRole("button", { name: /place 1 → 45/ }).click();
    await expect.poll(() => section.locator("svg line").count()).toBe(1);
    await section.getByRole("tab", { name: /Copies/ }).click();
    await section
      .getByRole("button", { name: /the same picture/ })
      .first()
      .click();
    await expect.poll(() => section.locator("svg line").count()).toBe(2);
    await section.getByText("5 more looked at and no copies.").waitFor();
    await page.context().close();
  });

  test("a point is pointed at and chosen on the canvas; beside all points nothing is", async () => {
    const { page, section } = await openCompared(2000);
    const moved = section.getByRole("tabpanel").getByRole("button", { name: /moved \d+ %/ });
    await moved.first().click();
    const box = await section.locator(".stage .placed").first().boundingBox();
    const stage = await section.locator(".stage").boundingBox();
    if (box === null || stage === null) throw new Error("no picture on the canvas");
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.click(stage.x + 3, stage.y + stage.height - 3);
    await expect.poll(() => section.locator("svg line").count()).toBe(0);
    await page.mouse.move(at.x, at.y);
    await section.locator("[data-preview]").waitFor();
    await page.mouse.click(at.x, at.y);
    await expect.poll(() => section.locator("svg line").count()).toBe(1);
    await page.context().close();
  });
});
