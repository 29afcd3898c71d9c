/** @file Exports in the app, in a real browser over the real engine: data of a selection, folders and an encoder as jobs, a report, a classifier from labels. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawColouredFolder } from "../helpers/coloured-folder.ts";
import { runCommand, runJson } from "../helpers/command-line.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { inSteps, openRecent, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("exports in the browser");

/** Other processes may want the machine too. */
const patient = { timeout: 60_000 };

describe.skipIf(chromium === null)("exports in the app", { timeout: 120_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "colours");
  const home = temporaryFolderFor(beforeAll, "home");
  let app: ServedApp;
  let page: Page;
  const dialog = () => page.getByRole("dialog", { name: "Export" });
  const out = (name: string): string => join(home(), name);

  beforeAll(async () => {
    await drawColouredFolder(pictures());
    const here = ["--workspace", join(data(), "collections", "colours")];
    expect((await runCommand(["index", pictures(), "--device", "cpu", ...here], data())).code).toBe(0);
    const rows = ["red", "green", "blue"].flatMap((colour) => [0, 1, 2].map((at) => `${join(pictures(), colour, `${at}.png`)},${colour}`));
    writeFileSync(out("labels.csv"), `path,label\n${rows.join("\n")}\n`);
    await runJson(["labels", "import", out("labels.csv"), ...here], data());
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

  test("three chosen pictures as a table; the place is chosen, never among the pictures", async () => {
    const cells = page.locator("main [data-id]");
    await cells.nth(0).click();
    await cells.nth(2).click({ modifiers: ["Shift"] });
    await page.getByRole("toolbar", { name: "Selection" }).getByRole("button", { name: "Export" }).click();
    await dialog()
      .getByRole("combobox", { name: /^Pictures/ })
      .selectOption({ label: "The 3 selected pictures" });
    expect(await dialog().getByRole("button", { name: "Export", exact: true }).isDisabled()).toBe(true);
    await dialog().getByRole("textbox", { name: "File", exact: true }).fill(join(pictures(), "in.csv"));
    await dialog()
      .getByText(/lies inside the image folder .*, where Likeness writes nothing/)
      .waitFor();
    expect(await dialog().getByRole("button", { name: "Export", exact: true }).isDisabled()).toBe(true);
    await dialog().getByRole("button", { name: "Choose", exact: true }).click();
    const chooser = page.getByRole("dialog", { name: "Choose where it goes" });
    await chooser.getByRole("textbox", { name: "Path" }).fill(home());
    await chooser.getByRole("textbox", { name: "Path" }).press("Enter");
    await chooser.getByText("No folders in here.").waitFor();
    await chooser.getByRole("button", { name: "Choose this folder" }).click();
    expect(await dialog().getByRole("textbox", { name: "File", exact: true }).inputValue()).toMatch(
      new RegExp(`^${home()}/likeness-colours-.*\\.csv$`, "u"),
    );
    await dialog().getByRole("textbox", { name: "File", exact: true }).fill(out("three.csv"));
    await dialog().getByText("3 pictures.").waitFor();
    await dialog().getByRole("button", { name: "Export", exact: true }).click();
    await dialog().getByText("3 pictures written.").waitFor();
    expect(readFileSync(out("three.csv"), "utf8").trim().split("\n")).toHaveLength(4);
    await dialog().getByRole("button", { name: "Done" }).click();
    expect(existsSync(join(pictures(), "in.csv"))).toBe(false);
  });

  test("a file that is there is said before it is written over", async () => {
    await page.getByRole("toolbar", { name: "How pictures are shown" }).getByRole("button", { name: "Export" }).click();
    await dialog().getByRole("textbox", { name: "File", exact: true }).fill(out("three.csv"));
    await dialog().getByText("There is a file of that name. It will be written over.").waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
  });

  test("folders by label: what would be is said first, then a job writes it", async () => {
    await page.keyboard.press("Escape");
    await page.getByRole("toolbar", { name: "How pictures are shown" }).getByRole("button", { name: "Export" }).click();
    await dialog()
      .getByRole("combobox", { name: /^Pictures/ })
      .selectOption({ label: "All 19 pictures" });
    await dialog().getByRole("combobox", { name: /^Form/ }).selectOption("folders");
    await dialog().getByRole("textbox", { name: "Folder", exact: true }).fill(out("folders"));
    await dialog()
      .getByText(/^10 pictures in 3 folders, .* 9 pictures are left out/)
      .waitFor();
    expect(existsSync(out("folders"))).toBe(false);
    await dialog().getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText(/^10 images in 3 folders of /).waitFor(patient);
    expect(readdirSync(out("folders")).sort()).toEqual(["blue", "green", "manifest.csv", "red"]);
    await page.getByRole("button", { name: "Show what was written" }).click();
    await dialog().getByText("manifest.csv").waitFor();
    await dialog().getByRole("button", { name: "Done" }).click();
  });

  test("an encoder with a smaller form: the job ends with the proof and what the form costs", async () => {
    await page.getByRole("button", { name: "Encoders", exact: true }).click();
    await page.getByRole("button", { name: /^Export EfficientNet/ }).click();
    await dialog()
      .getByLabel(/^Half the size/)
      .check();
    await dialog().getByRole("textbox", { name: "Folder", exact: true }).fill(out("encoder"));
    await dialog().getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText(/files in .*encoder; opened again/).waitFor(patient);
    await page.getByRole("button", { name: "Show what was written" }).first().click();
    await dialog()
      .getByText(/^Opened again and run on pictures:/)
      .waitFor();
    await dialog()
      .getByText(/^cosine \d\.\d{4} on average/)
      .waitFor();
    await dialog().getByText("model.fp16.onnx").waitFor();
    await dialog().getByRole("button", { name: "Done" }).click();
    expect(readdirSync(out("encoder"))).toEqual(expect.arrayContaining(["README.md", "encoder.json", "model.fp16.onnx", "model.onnx"]));
  });

  test("a report, and a classifier of the labels with its proof", async () => {
    const command = async (title: string): Promise<void> => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Search commands" }).fill(title);
      await page.keyboard.press("Enter");
    };
    await command("Export a report");
    await dialog().getByRole("textbox", { name: "File", exact: true }).fill(out("report.html"));
    await dialog().getByRole("button", { name: "Export", exact: true }).click();
    await dialog()
      .getByText(/^19 pictures looked at/)
      .waitFor(patient);
    expect(readFileSync(out("report.html"), "utf8")).toMatch(/^<!doctype html>/iu);
    await dialog().getByRole("button", { name: "Done" }).click();
    await command("Export a classifier");
    await dialog().getByText("red 3, green 3, blue 3").waitFor();
    mkdirSync(out("classifier"));
    writeFileSync(join(out("classifier"), "model.onnx"), "somebody's");
    await dialog().getByRole("textbox", { name: "Folder", exact: true }).fill(out("classifier"));
    await dialog().getByRole("button", { name: "Export", exact: true }).click();
    await dialog()
      .getByText(/model\.onnx is there already/)
      .waitFor(patient);
    await dialog().getByRole("textbox", { name: "Folder", exact: true }).fill(out("classifier-2"));
    await dialog().getByRole("button", { name: "Export", exact: true }).click();
    await dialog()
      .getByText(/^Opened again and run on pictures:/)
      .waitFor(patient);
    await dialog()
      .getByText(/^Classes: /)
      .waitFor();
    await dialog().getByText("use.mjs").waitFor();
    expect(readFileSync(join(out("classifier"), "model.onnx"), "utf8")).toBe("somebody's");
  });
});
