/** @file Encoders in the app, in a real browser over the real engine: a pair dropped, tried, taken in, used, switched, gone back from, removed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawColouredFolder } from "../helpers/coloured-folder.ts";
import { runCommand } from "../helpers/command-line.ts";
import { dropFiles } from "../helpers/drop-files.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { inSteps, openRecent, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { savePair } from "../helpers/small-pairs.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("encoders in the browser");

/** Other processes may want the machine too. */
const patient = { timeout: 60_000 };

describe.skipIf(chromium === null)("encoders in the app", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "colours");
  const home = temporaryFolderFor(beforeAll, "home");
  let app: ServedApp;
  let page: Page;
  let pair: ReturnType<typeof savePair>;
  const file = (path: string): { name: string; bytes: Uint8Array } => ({
    name: path.split("/").at(-1) as string,
    bytes: readFileSync(path),
  });
  const look = () => page.getByRole("region", { name: "Live check" });
  const inUse = () => page.getByRole("listitem").filter({ hasText: "In use" });

  beforeAll(async () => {
    await drawColouredFolder(pictures());
    pair = savePair(home());
    expect((await runCommand(["index", pictures(), "--device", "cpu"], data())).code).toBe(0);
    app = await serveApp(chromium as string, data());
    page = await app.open();
    await openRecent(page, "colours");
  }, 180_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  test("the bundled one is in use, with its licence and every picture embedded", async () => {
    await page.getByRole("button", { name: "Encoders", exact: true }).click();
    await inUse().getByText("All 19 pictures of this collection are embedded.").waitFor();
    await inUse()
      .getByText(/Licence: Apache/)
      .waitFor();
    expect(
      await inUse()
        .getByRole("button", { name: /Remove/ })
        .count(),
    ).toBe(0);
  });

  test("what is no encoder is refused in words, and nothing is at hand", async () => {
    await dropFiles(page, [{ name: "broken.onnx", bytes: new TextEncoder().encode("no model at all") }]);
    await page.getByRole("heading", { name: "This file cannot be taken in" }).waitFor();
    await page.getByText(/broken\.onnx: /).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    expect(await page.getByRole("list", { name: "Encoders" }).getByRole("listitem").count()).toBe(1);
  });

  test("a pair is dropped: both halves find their place; a look at the pictures says what it does", async () => {
    await dropFiles(page, [pair.image, pair.text, pair.tokenizer].map(file));
    await look()
      .getByText(/It tells these pictures apart: similarities from/)
      .waitFor(patient);
    await page.getByText("text_model.onnx", { exact: true }).waitFor();
    expect(await look().getByRole("list").first().locator(":scope > li").count()).toBe(12);
    await look().getByRole("button", { name: "the one in use" }).click();
    await look().getByRole("button", { name: "this encoder" }).click();
  });

  test("numbers are changed and tried again; what is typed wrongly is said; what makes all alike is said", async () => {
    await page.getByLabel("Numbers").selectOption("own");
    await page.getByLabel("Divided by").fill("1 0 1");
    await page.getByText("Expected three numbers above 0.").waitFor();
    expect(await page.getByRole("button", { name: "Take it in", exact: true }).isDisabled()).toBe(true);
    await page.getByLabel("Divided by").fill("1e9 1e9 1e9");
    await look()
      .getByText(/gives two different pictures the same vector/)
      .waitFor(patient);
    expect(await page.getByRole("button", { name: "Take it in", exact: true }).isDisabled()).toBe(true);
    await page.getByLabel("Numbers").selectOption("unit");
    await look()
      .getByText(/It tells these pictures apart/)
      .waitFor(patient);
    await page.getByLabel("Tokens of a text").fill("20");
    await look()
      .getByText(/At most 20 tokens of a text are read \(as told\)/)
      .waitFor(patient);
  });

  test("taken in and used: a job embeds, then the collection has it; the top bar says so in every view", async () => {
    await page.getByLabel("Name", { exact: true }).fill("Three Colours");
    await page.getByRole("button", { name: "Take it in and use it here" }).click();
    await inUse().getByRole("heading", { name: "Three Colours" }).waitFor(patient);
    await inUse()
      .getByText(/reads words/)
      .waitFor();
    for (const key of ["g", "d", "t"]) {
      await page.keyboard.press(key);
      await page.getByRole("button", { name: "Encoder: Three Colours" }).waitFor();
    }
  });

  test("another is chosen in the top bar: at once, since it has seen all; new pictures are asked about first", async () => {
    await page.keyboard.press("g");
    await page.getByRole("button", { name: "Encoder: Three Colours" }).click();
    await page.getByRole("menuitemradio", { name: /EfficientNet/ }).click();
    await page.getByRole("button", { name: /Encoder: EfficientNet/ }).waitFor(patient);
    writeFileSync(join(pictures(), "new.png"), readFileSync(join(pictures(), "blue", "3.png")));
    await sharp({ create: { width: 30, height: 30, channels: 3, background: "#808000" } })
      .png()
      .toFile(join(pictures(), "olive.png"));
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search commands" }).fill("Look for changes");
    await page.keyboard.press("Enter");
    await page.getByText("21 pictures", { exact: true }).waitFor(patient);
    await page.getByRole("button", { name: /Encoder: EfficientNet/ }).click();
    await page.getByRole("menuitemradio", { name: /Three Colours.*1 to embed/ }).click();
    const asked = page.getByRole("dialog", { name: "Use another encoder" });
    await asked.getByText(/^1 picture must be embedded with it first/).waitFor();
    await asked.getByRole("button", { name: "Embed and use it" }).click();
    await page.getByRole("button", { name: "Encoder: Three Colours" }).waitFor(patient);
  });

  test("back in one step; then removed after a second click", async () => {
    await page.getByRole("button", { name: "Encoders", exact: true }).click();
    await page.getByRole("button", { name: /Go back to EfficientNet/ }).click();
    await page.getByText(/The collection uses EfficientNet.* again, as it was\./).waitFor(patient);
    await inUse()
      .getByRole("heading", { name: /EfficientNet/ })
      .waitFor();
    const remove = async (): Promise<void> => {
      await page.getByRole("button", { name: "Remove Three Colours" }).click();
      await page.getByRole("button", { name: "Remove it for all collections" }).click();
    };
    await remove();
    await expect.poll(() => page.getByRole("list", { name: "Encoders" }).getByRole("listitem").count(), patient).toBe(1);
  });

  test("a file is chosen by its path where it is not dropped", async () => {
    await page.getByRole("button", { name: "Take an encoder in" }).click();
    const dialog = page.getByRole("dialog", { name: "Choose an ONNX file" });
    await dialog.getByRole("textbox", { name: "Path" }).fill(home());
    await dialog.getByRole("textbox", { name: "Path" }).press("Enter");
    await dialog.getByRole("button", { name: /text_model\.onnx/ }).waitFor();
    await dialog.getByRole("button", { name: /vision_model\.onnx/ }).click();
    await dialog.getByRole("button", { name: "Look at it" }).click();
    await look()
      .getByText(/It tells these pictures apart/)
      .waitFor(patient);
    await page.getByRole("button", { name: "Back" }).click();
  });
});
