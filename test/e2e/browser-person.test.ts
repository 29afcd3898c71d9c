/**
 * @file A person's way through the app, in a real browser over the real engine, from an empty workspace: a folder, ten pictures and ten keys, all others accepted in bulk,
 * an adapter trained, its report read, the encoder used and taken along. Pictures of each step lie in `out/screenshots/person` afterwards.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawCollection } from "../fixtures/collection.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { inSteps, openByPath, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { storedLabels } from "../helpers/stored-labels.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("a person's way through the app");

const patient = { timeout: 30_000 };
const kinds = ["disc", "stripe", "square"];
const perKind = 14;
const shots = join(import.meta.dirname, "..", "..", "out", "screenshots", "person");

describe.skipIf(chromium === null)("a person's way", { timeout: 180_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const drawn = temporaryFolderFor(beforeAll, "drawn");
  const pictures = temporaryFolderFor(beforeAll, "pictures");
  const taken = temporaryFolderFor(beforeAll, "taken");
  let app: ServedApp;
  let page: Page;
  let shot = 0;

  const look = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(shots, `${String(++shot).padStart(2, "0")}-${name}.png`) });
  };

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    await drawCollection(drawn(), { kinds: kinds.length, perKind });
    // Flat, so that no folder tells what is in a picture.
    kinds.forEach((name, kind) => {
      for (let at = 0; at < perKind; at++)
        copyFileSync(join(drawn(), `kind-${kind}`, `picture-${at}.jpg`), join(pictures(), `${name}-${at}.jpg`));
    });
    app = await serveApp(chromium as string, data());
    page = await app.open();
    page.setDefaultTimeout(20_000);
  }, 180_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  test("an empty workspace offers a folder, and the folder opens", async () => {
    await page.getByRole("button", { name: /choose a folder/i }).waitFor();
    await look("welcome");
    await openByPath(page, pictures());
    await page.getByText("42 pictures", { exact: true }).waitFor(patient);
    await page.locator("[data-id] img").first().waitFor();
    await look("library");
  });

  test("ten pictures, ten keys", async () => {
    await page.keyboard.press("c");
    await page.getByRole("button", { name: "Begin with ten pictures that stand for many" }).click(patient);
    const asked = page.getByRole("list", { name: "The pictures that are asked about" });
    await expect.poll(() => asked.getByRole("listitem").count(), { timeout: 60_000 }).toBe(10);
    await look("asked");
    const current = asked.locator("[aria-current]");
    for (let answered = 0; answered < 10; answered++) {
      await expect.poll(() => tallied("labelled"), patient).toBe(answered);
      const name = (await current.getAttribute("aria-label")) ?? "";
      const kind = kinds.findIndex((each) => name.startsWith(each));
      expect(kind, name).toBeGreaterThanOrEqual(0);
      await page.locator("body").press(String(kind + 1));
    }
    await expect.poll(() => tallied("labelled"), patient).toBe(10);
    await look("labelled");
  });

  test("all others are accepted in bulk", async () => {
    await page.getByRole("tab", { name: /Accept in bulk/u }).click();
    // Each class wants two pictures shown by hand: the ten may have fewer of one.
    await page.getByRole("slider").fill("0.5");
    const button = page.getByRole("button", { name: /^Accept \d+ pictures$/u });
    await button.waitFor();
    await look("bulk");
    const offered = Number(/\d+/u.exec((await button.textContent()) ?? "")?.[0]);
    expect(offered).toBeGreaterThan(16);
    await button.click();
    await page.getByText(/^\d+ pictures accepted\.$/u).waitFor();
    await expect.poll(() => tallied("labelled"), patient).toBe(10 + offered);
    await look("accepted");
    const rows = storedLabels(data());
    expect(rows).toHaveLength(10 + offered);
    // Class n was given to kind n by key n: the made pictures are told apart without a mistake, or nearly.
    const right = rows.filter(({ path, name }) => kinds.some((kind, at) => path.includes(`/${kind}-`) && name === `Class ${at + 1}`));
    expect(right.length / rows.length).toBeGreaterThan(0.9);
  });

  test("an adapter is trained on the folder, and its report says what it did", async () => {
    await page.keyboard.press("t");
    await page.getByRole("heading", { name: "Improve for this folder" }).waitFor();
    await page.getByRole("radio", { name: /^Adapter/ }).check();
    await page.getByRole("img", { name: /each above \d views/ }).waitFor();
    await page.getByRole("button", { name: "Show the settings" }).click();
    await page.getByLabel("Unit of the length").selectOption("steps");
    await page.getByLabel("Length", { exact: true }).fill("30");
    await page.getByLabel("Length", { exact: true }).press("Tab");
    await look("improve");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("region", { name: "Verdict" }).waitFor({ timeout: 150_000 });
    await page.getByRole("rowheader", { name: /Pictures that find their other half/ }).waitFor();
    expect(await page.getByRole("region", { name: "Verdict" }).textContent()).toMatch(/[a-z]{3}/);
    await look("report");
  });

  test("the encoder is used, and the labels are still there", async () => {
    await page.getByRole("button", { name: "Use", exact: true }).last().click();
    await page.getByText("One step leads back to the encoder of before, as it was.").waitFor({ timeout: 90_000 });
    await page.getByRole("columnheader", { name: /Trained in use/ }).waitFor();
    await look("in-use");
    await page.keyboard.press("c");
    await expect.poll(() => tallied("labelled"), patient).toBeGreaterThan(26);
  });

  test("it is taken along as ONNX", async () => {
    await page.getByRole("button", { name: "Encoders", exact: true }).click();
    await look("encoders");
    await page
      .getByRole("button", { name: /^Export run-1|^Export .*(adapter|trained)/iu })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Folder", exact: true }).fill(join(taken(), "encoder"));
    await dialog.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText(/files in .*encoder; opened again/).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Show what was written" }).first().click();
    await dialog.getByText(/^Opened again and run on pictures:/).waitFor();
    await look("exported");
    await dialog.getByRole("button", { name: "Done" }).click();
    for (const name of ["model.onnx", "encoder.json", "README.md"]) expect(existsSync(join(taken(), "encoder", name)), name).toBe(true);
    // The folder of pictures is as it was.
    expect(readdirSync(pictures())).toHaveLength(42);
  });

  async function tallied(what: string): Promise<number> {
    return Number(await page.locator(`[data-tally=${what}]`).textContent());
  }
});
