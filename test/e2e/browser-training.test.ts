/** @file Training in the app, in a real browser over the real engine: look, set, train a few steps, read the report, use the encoder, go back, delete. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { runCommand } from "../helpers/command-line.ts";
import { inSteps, openRecent, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";
import { drawTrainingFolder } from "../helpers/training-runs.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("training in the browser");

/** Other processes may want the machine too. */
const patient = { timeout: 20_000 };

describe.skipIf(chromium === null)("training in the app", { timeout: 180_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const home = temporaryFolderFor(beforeAll, "home");
  let app: ServedApp;
  let page: Page;

  beforeAll(async () => {
    const pictures = join(home(), "fields");
    mkdirSync(pictures);
    await drawTrainingFolder(pictures);
    expect((await runCommand(["index", pictures, "--device", "cpu"], data())).code).toBe(0);
    app = await serveApp(chromium as string, data());
    page = await app.open();
    await openRecent(page, "fields");
  }, 180_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  const examples = () => page.getByRole("region", { name: "Six pictures, before and now" });
  /** Images that are asked about, once all are there; files of different folders may have the same name. */
  const sixAsked = async (): Promise<string[]> => {
    const pictures = examples().locator(".asked img[src]");
    await expect.poll(() => pictures.count(), patient).toBe(6);
    return pictures.evaluateAll((all) => all.map((one) => /thumbnail\/\d+/.exec((one as HTMLImageElement).src)?.[0] ?? ""));
  };

  const strip = (): Promise<string> =>
    page
      .locator("canvas")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

  test("T opens it: the predictor's sentence, a recommended rung, the measured time", async () => {
    await page.keyboard.press("t");
    await page.getByRole("heading", { name: "Improve for this folder" }).waitFor();
    await page.getByText(/frames of a film|uniformity/).waitFor();
    expect(await page.getByRole("radio", { name: /Whiten.*recommended/ }).isChecked()).toBe(true);
    await page.getByText("Whitening looks at the pictures as they are").waitFor();
    await page.getByRole("radio", { name: /^Adapter/ }).check();
    await page.getByText(/about \d+ (s|min)\b/).waitFor({ timeout: 60_000 });
    await page.getByText(/for a step, of .* that are free/).waitFor();
    await page.getByText("all 40 are learnt from and judged by, which judges a little too kindly").waitFor();
  });

  test("views are drawn again as the settings change; the medical preset says what it leaves out", async () => {
    await page.getByRole("img", { name: /each above 4 views/ }).waitFor();
    const photo = await strip();
    await page.getByRole("radio", { name: "Medical, grey", exact: true }).check();
    await page.getByText(/No mirroring: it would swap left and right/).waitFor();
    await expect.poll(strip, patient).not.toBe(photo);
    await page.getByRole("radio", { name: "Photographs", exact: true }).check();
    await expect.poll(strip, patient).toBe(photo);
    await page.getByRole("button", { name: "Show the settings" }).click();
    await page.getByLabel("grey", { exact: true }).fill("1");
    await expect.poll(strip, patient).not.toBe(photo);
    await page.getByLabel("grey", { exact: true }).fill("7");
    await page.getByText("Expected a number from 0 to 1.").waitFor();
    await page
      .getByText(/grey is/)
      .first()
      .waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Train", exact: true }).isDisabled(), patient).toBe(true);
    await page.getByLabel("grey", { exact: true }).fill("");
    await expect.poll(strip, patient).toBe(photo);
  });

  test("trained, watched, judged; the page comes back to it", async () => {
    await page.getByLabel("Unit of the length").selectOption("steps");
    await page.getByLabel("Length", { exact: true }).fill("12");
    await page.getByLabel("Length", { exact: true }).press("Tab");
    await page.getByLabel("Name of the training").fill("A name of one's own");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("heading", { name: "A name of one's own" }).waitFor();
    const run = await page.evaluate(() => location.hash);
    expect(run).toMatch(/^#\/training\/run-1-/);
    // The rest of the app goes on meanwhile.
    await page.keyboard.press("g");
    await page.locator("[data-id]").first().click();
    await page.goBack();
    await page.getByRole("region", { name: "Verdict" }).waitFor({ timeout: 120_000 });
    await page.getByRole("rowheader", { name: /Pictures that find their other half/ }).waitFor();
    await expect.poll(() => page.getByRole("columnheader").count(), patient).toBe(4);
    await page.getByRole("img", { name: /^Loss: loss \d/ }).waitFor();
    await page.getByRole("img", { name: /other half: found \d+ %/ }).waitFor();
    await page.reload();
    await page.getByRole("region", { name: "Verdict" }).waitFor();
    await expect.poll(() => page.getByRole("region", { name: "Neighbours" }).locator("img").count(), patient).toBe(25);
  });

  test("six pictures and their neighbours as they were seen last, each of them opened large by mouse and keys", async () => {
    const words = (await examples().getByRole("status").textContent()) ?? "";
    expect(words).toMatch(/as seen at step 12 of 12\.$/);
    const fresh = examples().getByRole("button", { name: /, similarity -?\d\.\d\d, new$/ });
    expect(await fresh.count()).toBe(words.startsWith("All 30 ") ? 0 : Number(/^(\d+) of 30 neighbours/.exec(words)?.[1]));
    expect(await fresh.count()).toBe(await examples().getByText("new", { exact: true }).count());
    expect(new Set(await sixAsked()).size).toBe(6);
    const pictures = examples().getByRole("button");
    expect(await pictures.count()).toBe(6 * 11);
    await expect.poll(() => examples().locator("img[src]").count(), patient).toBe(6 * 11);
    const large = page.getByRole("dialog");
    const asked = await pictures.first().getAttribute("aria-label");
    await pictures.first().dblclick();
    await page.getByRole("dialog", { name: `Large view: ${asked}` }).waitFor();
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    // From one picture to the next, then large; Escape leads back to the same.
    await pictures.first().focus();
    await page.keyboard.press("Tab");
    const second = await pictures.nth(1).getAttribute("aria-label");
    await page.keyboard.press("Space");
    await large.waitFor();
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(second);
  });

  test("a blind test asks, and says whether it could be chance", async () => {
    await page.getByRole("button", { name: "Blind test" }).click();
    const asked = page.getByRole("group", { name: "Blind test" });
    await asked.getByText(/1 of \d+/).waitFor();
    const total = Number(/of (\d+)/.exec((await asked.getByText(/1 of \d+/).textContent()) ?? "")?.[1]);
    for (let at = 0; at < total; at++) await page.keyboard.press("0");
    await asked.getByText(`no difference ${total} times`).waitFor();
    await page.getByRole("button", { name: "End the blind test" }).click();
  });

  test("the maps are compared; what was found is there again after a restart of the page", async () => {
    const section = page.getByRole("region", { name: "The map before and after" });
    await section.getByRole("button", { name: "Compare the maps" }).click();
    await section.locator("canvas").waitFor({ timeout: 90_000 });
    await section.getByText("All 40 pictures are compared.").waitFor();
    await expect.poll(() => section.locator(".stage .placed").count(), patient).toBe(40);
    await section.getByRole("tab", { name: /Odd pictures/ }).click();
    await section.getByText(/^The 3 oddest of 40 pictures/).waitFor();
    await section.getByRole("tab", { name: /Copies/ }).click();
    await section.getByText(/pairs to look at: \d+ with either/).waitFor();
    await page.reload();
    await section.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => section.getByRole("slider").inputValue(), patient).toBe("1");
    await page.getByRole("columnheader", { name: /Before in use/ }).waitFor();
  });

  test("used, and back in one step", async () => {
    await page.getByRole("button", { name: "Use", exact: true }).last().click();
    await page.getByText("One step leads back to the encoder of before, as it was.").waitFor({ timeout: 90_000 });
    await page.getByRole("columnheader", { name: /Trained in use/ }).waitFor();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.getByRole("columnheader", { name: /Before in use/ }).waitFor();
  });

  test("closed while it trains and opened again: it is there, interrupted, and goes on to its end", async () => {
    await page.getByRole("tab", { name: "Improve for this folder" }).click();
    await page.getByRole("radio", { name: /^Adapter/ }).check();
    await page.getByRole("button", { name: "Show the settings" }).click();
    await page.getByLabel("Unit of the length").selectOption("steps");
    await page.getByLabel("Length", { exact: true }).fill("400");
    await page.getByLabel("Length", { exact: true }).press("Tab");
    await page.getByLabel("Name of the training").fill("Cut off");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Views a second").waitFor({ timeout: 90_000 });
    // Live: what was seen last is told while steps go on.
    await examples().getByRole("status").waitFor({ timeout: 30_000 });
    const six = await sixAsked();
    expect(six.join(" ")).toMatch(/^(thumbnail\/\d+ ?){6}$/);
    expect(await app.close()).toBe(0);
    app = await serveApp(chromium as string, data());
    page = await app.open();
    await openRecent(page, "fields");
    await page.keyboard.press("t");
    await page.getByRole("tab", { name: /Trainings/ }).click();
    await page
      .getByRole("row", { name: /Cut off.*interrupted/ })
      .getByRole("button", { name: "Go on" })
      .click();
    await page.getByRole("heading", { name: "Cut off" }).waitFor();
    await page.getByRole("region", { name: "Verdict" }).waitFor({ timeout: 120_000 });
    await page.getByRole("img", { name: /^Loss: loss \d/ }).waitFor();
    await examples()
      .getByText(/as seen at step 400 of 400/)
      .waitFor();
    expect(await sixAsked()).toEqual(six);
    await page.getByRole("tab", { name: /Trainings/ }).click();
    await page.getByRole("button", { name: "Delete Cut off" }).click();
    await page.getByRole("button", { name: "Delete with its encoders" }).click();
    await page.getByRole("row", { name: /Cut off/ }).waitFor({ state: "detached" });
  });

  test("the list: renamed, deleted after a second click", async () => {
    await page.getByRole("tab", { name: /Trainings/ }).click();
    await page.getByRole("button", { name: "Rename A name of one's own" }).click();
    await page.keyboard.type("Short");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Short", exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete Short" }).click();
    await page.getByRole("button", { name: "Delete with its encoders" }).click();
    await page.getByRole("heading", { name: "Nothing was trained yet" }).waitFor();
  });
});
