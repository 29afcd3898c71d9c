/**
 * @file A watched folder as a person sees it: over the fake engine what is offered and told, and in the served app a picture that is saved into the folder and
 * stands in the library and on the map without a reload.
 */
import { copyFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";

import { drawColouredFolder } from "../helpers/coloured-folder.ts";
import { runCommand } from "../helpers/command-line.ts";
import { openMap, type FakeWindow } from "../helpers/map-page.ts";
import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";
import { inSteps, openRecent, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the watch in the browser");

const withFake = (page: Page, change: (engine: FakeWindow["fakeEngine"]) => void): Promise<void> =>
  page.evaluate(`(${change.toString()})(window.fakeEngine)`);

/** Into the palette, once it is there. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("What do you want to do?").fill(words);
}

describe.skipIf(chromium === null)("what a watch offers and tells", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  test("pictures that were placed are counted on the map, until it is redone", async () => {
    const page = await openMap(site, "fake=300");
    const offer = page.getByRole("group", { name: "New pictures on the map" });
    expect(await offer.count()).toBe(0);
    await withFake(page, (engine) => engine.place(12));
    await offer.getByText("12 new pictures placed").waitFor();
    await offer.getByRole("button", { name: "Redo the map" }).click();
    await offer.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("the watch is switched in the properties; its trouble is told once and stays written there", async () => {
    const page = await site.open("fake=30");
    const trouble = "The folder /pictures is not there. What is known of its pictures stays.";
    await withFake(page, (engine) =>
      engine.setWatch({ on: true, trouble: "The folder /pictures is not there. What is known of its pictures stays." }),
    );
    const notice = page.getByText(new RegExp(`^${trouble.replaceAll(".", "\\.")} Whenever this window`, "u"));
    await notice.waitFor();
    await command(page, "properties");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Properties of the collection" });
    await dialog.getByText(trouble).waitFor();
    const box = dialog.getByRole("checkbox", { name: /^Watch this folder/u });
    expect(await box.isChecked()).toBe(true);
    await box.uncheck();
    await expect.poll(() => dialog.getByText(trouble).count()).toBe(0);
    await page.keyboard.press("Escape");
    await command(page, "watch the folders");
    await page.getByRole("option", { name: /^Watch the folders/u }).waitFor();
    await page.context().close();
  });

  test("a job of the watch is told in passing and leaves nothing to put away", async () => {
    const page = await site.open("fake=30");
    const report = {
      images: 33,
      files: { seen: 33, added: 3, unchanged: 30, moved: 1, missing: 2, unreadable: 0, unsupported: 0 },
      encoder: { id: "e", dimensions: 1, device: "cpu" },
      seconds: {},
      unreadable: [],
    };
    await page.evaluate((given) => {
      const { fakeEngine } = window as unknown as FakeWindow;
      fakeEngine.setJob({ id: 77, kind: "watch", title: "Take in what changed", state: "running", startedAt: Date.now() });
      fakeEngine.setJob({ state: "done", report: given });
    }, report);
    await page.getByText("In the folder: 3 new or changed pictures, 1 picture moved, 2 pictures gone.").waitFor();
    expect(await page.getByRole("region", { name: "Jobs" }).count()).toBe(0);
    await page.context().close();
  });
});

describe.skipIf(chromium === null)("a folder that is watched, in the app", { timeout: 180_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "colours");
  let app: ServedApp;
  let page: Page;
  beforeAll(async () => {
    await drawColouredFolder(pictures(), 8);
    expect((await runCommand(["index", pictures(), "--device", "cpu"], data())).code).toBe(0);
    app = await serveApp(chromium as string, data());
    page = await app.open();
    page.setDefaultTimeout(60_000);
    await openRecent(page, "colours");
  }, 180_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  test("a picture that is saved there appears in the library, and goes when it is removed", async () => {
    await page.evaluate(() => Object.assign(window, { sameVisit: true }));
    copyFileSync(join(pictures(), "red/1.png"), join(pictures(), "blue/saved.png"));
    await page.getByRole("option", { name: /^saved\.png/u }).waitFor();
    renameSync(join(pictures(), "blue/saved.png"), join(pictures(), "blue/renamed.png"));
    await page.getByRole("option", { name: /^renamed\.png/u }).waitFor();
    await page.getByRole("option", { name: /^saved\.png/u }).waitFor({ state: "detached" });
    rmSync(join(pictures(), "blue/renamed.png"));
    await page.getByRole("option", { name: /^renamed\.png/u }).waitFor({ state: "detached" });
  });

  test("a new one is placed on the map, which is redone when asked", async () => {
    await page.keyboard.press("m");
    const map = page.locator("[data-map][data-indexed=true]");
    await map.waitFor();
    const sharp = (await import("sharp")).default;
    await sharp(join(pictures(), "green/2.png")).flop().png().toFile(join(pictures(), "green/placed.png"));
    const offer = page.getByRole("group", { name: "New pictures on the map" });
    await offer.getByText("1 new picture placed").waitFor();
    expect(await page.evaluate(() => (window as unknown as { sameVisit?: boolean }).sameVisit)).toBe(true);
    await offer.getByRole("button", { name: "Redo the map" }).click();
    await offer.waitFor({ state: "detached" });
  });
});
