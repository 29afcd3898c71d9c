/**
 * @file Sorting a folder by a few keys, in a real browser over the real engine: two classes from two keys, predictions, accepting in bulk, undo and redo, and
 * what the store holds afterwards.
 */
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { drawCollection } from "../fixtures/collection.ts";
import { dropFiles } from "../helpers/drop-files.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { inSteps, openByPath, serveApp, type ServedApp } from "../helpers/served-app.ts";
import { augmentsOfRuns, storedLabels } from "../helpers/stored-labels.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("classes in the browser");

const patient = { timeout: 20_000 };

describe.skipIf(chromium === null)("classes in the app", { timeout: 90_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "holiday");
  let app: ServedApp;
  let page: Page;

  beforeAll(async () => {
    await drawCollection(pictures(), { kinds: 2, perKind: 12 });
    app = await serveApp(chromium as string, data());
    // High enough for all pictures to be in sight.
    page = await app.open({ height: 1500 });
    page.setDefaultTimeout(15_000);
  }, 120_000);
  afterAll(async () => {
    expect(app.problems).toEqual([]);
    expect(await app.close()).toBe(0);
  });
  inSteps(() => page);

  const cell = (kind: number, index: number) => page.getByRole("option", { name: new RegExp(`^picture-${index}\\.jpg`, "u") }).nth(kind);
  const tallied = async (what: string): Promise<number> => Number(await page.locator(`[data-tally=${what}]`).textContent());
  const inStore = () => storedLabels(data());
  /** Class -> number of labelled pictures, each once. */
  const stored = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    const contents = new Map(inStore().map(({ content, name }) => [content, name]));
    for (const name of contents.values()) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };

  test("a folder is opened and read", async () => {
    await openByPath(page, pictures());
    await page.getByText("28 pictures", { exact: true }).waitFor(patient);
    await page
      .getByText(/could not be read/)
      .first()
      .waitFor({ timeout: 60_000 });
  });

  test("C says what will be here; ten pictures are offered before any label", async () => {
    await page.keyboard.press("c");
    await page.getByRole("heading", { name: "Ten pictures, ten keys, and the folder is sorted" }).waitFor();
    await page.getByRole("button", { name: "Begin with ten pictures that stand for many" }).click();
    await expect
      .poll(() => page.getByRole("list", { name: "The pictures that are asked about" }).getByRole("listitem").count(), patient)
      .toBe(10);
    await page.getByText(/^Stands for about \d+ images\.$/u).waitFor();
    expect(await tallied("labelled")).toBe(0);
    await page.getByRole("tab", { name: /Accept in bulk/u }).click();
    await page.getByText(/^Nothing is labelled yet\./u).waitFor();
  });

  test("keys in the library make two classes; each label is one step and shows at once", async () => {
    await page.keyboard.press("g");
    await cell(0, 0).click();
    await page.keyboard.press("1");
    await page.getByText("Key 1 gives a new class now, Class 1.").waitFor();
    await page.getByRole("option", { name: "picture-0.jpg. Labelled Class 1" }).waitFor();
    await page.getByRole("complementary", { name: "Details" }).getByText("labelled by hand").waitFor();
    await cell(1, 0).click();
    await page.keyboard.press("2");
    await page.getByRole("option", { name: "picture-0.jpg. Labelled Class 2" }).waitFor();
    await expect.poll(stored, patient).toEqual({ "Class 1": 1, "Class 2": 1 });
    // The class goes with the label that made it, and comes back with it.
    await page.keyboard.press("Control+z");
    await page.getByText("Undone: label an image Class 2.").waitFor();
    await expect.poll(stored, patient).toEqual({ "Class 1": 1 });
    await page.keyboard.press("Control+Shift+z");
    await page.getByText("Done again: label an image Class 2.").waitFor();
    await expect.poll(stored, patient).toEqual({ "Class 1": 1, "Class 2": 1 });
  });

  test("predictions appear on all others; with one click a class nothing is accepted in bulk", async () => {
    await expect.poll(() => page.getByRole("option", { name: /Told to be Class \d/u }).count(), patient).toBeGreaterThan(8);
    await page.keyboard.press("c");
    await page.getByRole("tab", { name: /Accept in bulk/u }).click();
    await page.getByText(/Two labelled pictures are needed in every class: Class 1 has 1, Class 2 has 1\./u).waitFor();
  });

  test("what is under the pointer is labelled where nothing is selected, and the large view labels what is open", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("Escape");
    await cell(0, 1).hover();
    await page.keyboard.press("1");
    await page.getByRole("option", { name: "picture-1.jpg. Labelled Class 1" }).waitFor();
    await cell(1, 1).dblclick();
    const large = page.getByRole("dialog", { name: /^Large view/u });
    await large.waitFor();
    await page.keyboard.press("2");
    await large.getByText("Class 2", { exact: true }).waitFor();
    await page.keyboard.press("0");
    await large.getByText("Class 2", { exact: true }).waitFor({ state: "detached" });
    await page.keyboard.press("2");
    await large.getByText("Class 2", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(stored, patient).toEqual({ "Class 1": 2, "Class 2": 2 });
  });

  test("a class is renamed in place; what to look at next is answered by keys and goes on by itself", async () => {
    await page.keyboard.press("c");
    await page.getByRole("tab", { name: "Look at next" }).click();
    await page.getByRole("button", { name: "Rename Class 1" }).click();
    await page.keyboard.type("discs");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Rename discs" }).waitFor();
    const current = page.getByRole("list", { name: "The pictures that are asked about" }).locator("[aria-current]");
    const before = await current.getAttribute("aria-label");
    expect(before).toMatch(/\.(?:jpg|png)$/u);
    const labelled = await tallied("labelled");
    await page.locator("body").press("1");
    await expect.poll(() => current.getAttribute("aria-label"), patient).not.toBe(before);
    await expect.poll(() => tallied("labelled"), patient).toBeGreaterThan(labelled);
    await page.locator("body").press("Control+z");
    await expect.poll(() => current.getAttribute("aria-label"), patient).toBe(before);
    await page.getByText("Undone: label an image discs.").waitFor();
    await page
      .locator("[data-learnt]")
      .getByText(/left-out clicks/u)
      .first()
      .waitFor();
  });

  test("accepted in bulk, the most doubtful first; undone and done again by one key", async () => {
    await page.getByRole("tab", { name: /Accept in bulk/u }).click();
    await page.getByRole("slider").fill("0.5");
    const shown = page.getByRole("listbox", { name: "What would be accepted" }).locator("[data-id]");
    await shown.first().waitFor();
    const shares = await shown
      .locator(".badge")
      .evaluateAll((badges) => badges.map((badge) => Number.parseInt(badge.textContent ?? "", 10)));
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    const button = page.getByRole("button", { name: /^Accept \d+ pictures$/u });
    const offered = Number(/\d+/u.exec((await button.textContent()) ?? "")?.[0]);
    expect(offered).toBeGreaterThan(12);
    const before = stored();
    await button.click();
    await page.getByText(/^\d+ pictures accepted\.$/u).waitFor();
    await expect.poll(() => tallied("labelled"), patient).toBeGreaterThan(16);
    const after = stored();
    expect(Object.values(after).reduce((sum, each) => sum + each, 0)).toBeGreaterThan(16);
    await page.locator("body").press("Control+z");
    await page.getByText(/^Undone: accept \d+ images told with 50 % or more\.$/u).waitFor();
    await expect.poll(stored, patient).toEqual(before);
    await page.locator("body").press("Control+Shift+z");
    await page.getByText(/^Done again: accept/u).waitFor();
    await expect.poll(stored, patient).toEqual(after);
  });

  test("the labels are in the store, by their source, and most are right", async () => {
    const rows = inStore();
    expect(rows.filter(({ source }) => source === "clicked").length).toBeGreaterThanOrEqual(4);
    const accepted = rows.filter(({ source, path }) => source === "accepted" && path.includes("kind-"));
    const right = accepted.filter(({ name, path }) => name === (path.includes("kind-0") ? "discs" : "Class 2"));
    expect(right.length / accepted.length).toBeGreaterThan(0.8);
    await page.keyboard.press("g");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("menuitemradio", { name: "discs" }).click();
    await page.getByRole("group", { name: "Active filters" }).getByText("discs").waitFor();
    const total = rows.filter(({ name }) => name === "discs").length;
    await page
      .getByRole("status")
      .filter({ hasText: new RegExp(`^${total} of 28$`, "u") })
      .waitFor();
  });

  test("another project takes its classes from the sub-folders; a wrong label is pointed out and put right by one key", async () => {
    await page.keyboard.press("c");
    await page.getByRole("button", { name: "Remove the filter discs" }).click();
    await page.getByRole("button", { name: "Project: Classes" }).click();
    await page.getByRole("menuitem", { name: "A new project" }).click();
    await page.getByLabel("Name of the project").waitFor();
    await page.keyboard.type("By folder");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Take the classes from 2 sub-folders" }).click();
    await page.getByText("24 pictures labelled in 2 classes.").waitFor();
    await page.getByRole("button", { name: "Rename kind-1" }).waitFor();
    // The copy of the first picture is the same picture.
    await expect.poll(() => tallied("labelled"), patient).toBe(25);
    await page.keyboard.press("g");
    await cell(0, 3).click();
    await page.keyboard.press("2");
    await page.getByRole("option", { name: "picture-3.jpg. Labelled kind-1" }).first().waitFor();
    await page.keyboard.press("c");
    await page.getByRole("tab", { name: /^Check these/u }).click();
    const hints = page.getByRole("listbox", { name: "Labels that may be mistakes" });
    await hints.getByText("picture-3.jpg").waitFor();
    await hints.getByText("Labelled kind-1; without that it would be kind-0").first().waitFor();
    // What is kept is a step: undone it is asked about again, and it is kept after the window was loaded again.
    const doubted = hints.getByText("picture-3.jpg");
    await page.locator("body").press("k");
    await expect.poll(() => doubted.count(), patient).toBe(0);
    await page.locator("body").press("Control+z");
    await page.getByText("Undone: keep the label of an image.").waitFor();
    await doubted.waitFor();
    await page.locator("body").press("Control+Shift+z");
    await page.getByText("Done again: keep the label of an image.").waitFor();
    await expect.poll(() => doubted.count(), patient).toBe(0);
    await page.reload();
    await page.getByText("Labels that disagree with what is like them are listed here.").waitFor(patient);
    await page.locator("body").press("Control+z");
    await doubted.waitFor(patient);
    await page.locator("body").press("Enter");
    await expect.poll(() => hints.getByText("picture-3.jpg").count(), patient).toBe(0);
    const relabelled = (): string[] => inStore().filter(({ path, source }) => path.endsWith("kind-0/picture-3.jpg") && source === "clicked").map(({ name }) => name); // prettier-ignore
    await expect.poll(relabelled, patient).toContain("kind-0");
  });

  test("training on the labels is judged by labels left out, and the collection keeps its encoder", async () => {
    await page.getByRole("tab", { name: "Train", exact: true }).click();
    const pane = page.getByRole("tabpanel", { name: "Train" });
    await pane.getByLabel("Minutes for all trainings together").fill("0.1");
    const kinds = pane.getByRole("radiogroup", { name: "Kind of pictures" });
    await kinds.getByRole("radio", { name: "Photographs", checked: true }).waitFor();
    await kinds.getByRole("radio", { name: "Medical, grey" }).check({ force: true });
    await pane.getByText(/^No mirroring: it would swap left and right/u).waitFor();
    await kinds.getByRole("radio", { name: "Documents" }).check({ force: true });
    await pane.getByRole("button", { name: "Train on 24 labels" }).click();
    await pane.getByRole("heading", { name: /^Training (?:won|did not win)/u }).waitFor({ timeout: 90_000 });
    expect(await pane.getByRole("definition").allTextContents()).toEqual([
      expect.stringMatching(/^\d+\.\d\u00A0%$/u),
      expect.stringMatching(/^\d+\.\d\u00A0%$/u),
    ]);
    await pane.getByText(/Learnt from 24 labels of kind-0, kind-1\./u).waitFor();
    await pane.getByText(/^Of 24 labelled pictures, each asked of trainings that had not been shown it/u).waitFor();
    expect(augmentsOfRuns(data())).toEqual(["document"]);
    await pane.getByRole("button", { name: "Keep the plain way" }).click();
    await pane.getByText(/^The plain way goes on/u).waitFor();
  });

  test("a table goes out, and comes in as a third project; a project is removed only after a second click", async () => {
    const table = join(data(), "labels.csv");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByPlaceholder("/path/to/labels.csv").fill(table);
    await page.keyboard.press("Enter");
    await page.getByText(`The labels of 24 pictures were written to ${table}.`).waitFor();
    await page.getByRole("button", { name: "Project: By folder" }).click();
    await page.getByRole("menuitem", { name: "A new project" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Import a table" }).click();
    const dialog = page.getByRole("dialog", { name: "Labels from a table" });
    await dialog.getByRole("button", { name: "Choose a file…" }).click();
    const chooser = page.getByRole("dialog", { name: "Choose a table of labels" });
    await chooser.getByLabel("Path").fill(table);
    await chooser.getByRole("button", { name: "Look at it" }).click();
    await dialog.getByText("All 25 rows match.").waitFor();
    expect(await dialog.getByPlaceholder("/path/to/labels.csv").inputValue()).toBe(table);
    expect(await dialog.getByRole("list", { name: "Classes of the table" }).getByRole("listitem").allTextContents()).toEqual([
      expect.stringMatching(/^kind-\d\s*new\s*12$/u),
      expect.stringMatching(/^kind-\d\s*new\s*12$/u),
    ]);
    // Nothing is labelled before it is taken.
    expect(await tallied("labelled")).toBe(0);
    await dialog.getByRole("button", { name: "Label 24 pictures" }).click();
    await page.getByText("24 pictures labelled in 2 classes.").waitFor();
    await expect.poll(() => tallied("labelled"), patient).toBe(25);
    // What is dropped has a name and no place; what it would change is said, and one step takes it back.
    const dropped = "path,label\nkind-0/picture-0.jpg,odd\nkind-0/picture-1.jpg,kind-0\nnowhere.jpg,odd\n";
    await dropFiles(page, [{ name: "mine.csv", bytes: Buffer.from(dropped) }]);
    await dialog.getByText("2 of 3 rows match; 1 unmatched: nowhere.jpg.").waitFor();
    await dialog.getByText(/^1 picture has another class now and gets the table’s\./u).waitFor();
    await dialog.getByRole("button", { name: "Label 2 pictures" }).click();
    await page.getByText("2 pictures labelled in 2 classes. 1 path could not be matched, the first: nowhere.jpg.").waitFor();
    await expect.poll(() => inStore().some(({ name }) => name === "odd"), patient).toBe(true);
    await page.locator("body").press("Control+z");
    await page.getByText("Undone: import 2 labels.").waitFor();
    await expect.poll(() => inStore().some(({ name }) => name === "odd"), patient).toBe(false);
    await dropFiles(page, [{ name: "other.csv", bytes: Buffer.from("kind-0/picture-0.jpg,a\ncopy.jpg,b\n") }]);
    await dialog.getByText(/^other\.csv calls copy\.jpg "b" and the same picture "a" before/u).waitFor();
    await page.keyboard.press("Escape");
    // What was trained on the labels of another project says nothing of these.
    await page.getByRole("tab", { name: "Train", exact: true }).click();
    await page.getByRole("heading", { name: "Train on these labels" }).waitFor();
    expect(await page.getByRole("heading", { name: /^Training (?:won|did not win)/u }).count()).toBe(0);
    await page.getByRole("button", { name: /^Project: Classes \(2\)/u }).click();
    await page.getByRole("menuitem", { name: "Remove this project" }).click();
    await page.getByText("Classes (2) goes with 24 labels, for good.").waitFor();
    await page.getByRole("button", { name: "Remove Classes (2)" }).click();
    await page.getByRole("button", { name: "Project: By folder" }).waitFor();
    expect(new Set(inStore().map(({ name }) => name))).toEqual(new Set(["discs", "Class 2", "kind-0", "kind-1"]));
  });

  test("five more are confirmed at once, a wrong one refused; what was refused does not come again", async () => {
    await page.getByRole("button", { name: "Project: By folder" }).click();
    await page.getByRole("menuitem", { name: "A new project" }).click();
    await page.getByLabel("Name of the project").waitFor();
    await page.keyboard.type("Strips");
    await page.keyboard.press("Enter");
    const label = async (kind: number, index: number, key: string): Promise<void> => {
      await page.keyboard.press("g");
      await cell(kind, index).click();
      await page.keyboard.press(key);
    };
    await label(0, 0, "1");
    // A class that came with a key is named where it stands.
    await page.getByRole("button", { name: "Name it" }).click();
    await page.getByLabel("Name of Class 1").waitFor();
    await page.keyboard.type("dots");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Rename dots" }).waitFor();
    // One class alone: all others, the most alike first.
    await page.getByRole("tab", { name: "More of one" }).click();
    await page.getByText(/^All others, the most alike first\./u).waitFor();
    const alike = page.getByRole("listbox", { name: "More dots" }).locator(".badge");
    await expect.poll(() => alike.count(), patient).toBeGreaterThan(20);
    const shares = (await alike.allTextContents()).map((text) => Number.parseInt(text, 10));
    expect(shares).toEqual([...shares].sort((one, other) => other - one));
    await label(0, 1, "1");
    await label(1, 0, "2");
    await label(1, 1, "2");
    await expect.poll(() => page.getByRole("option", { name: /Labelled/u }).count(), patient).toBe(5);
    await page.keyboard.press("c");
    const strip = page.getByRole("region", { name: "More dots" });
    await expect.poll(() => strip.getByRole("listitem").count(), patient).toBe(5);
    const no = strip.getByRole("button", { name: /is not dots$/u });
    const refused = await no.first().getAttribute("aria-label");
    await no.first().click();
    await expect.poll(() => no.evaluateAll((all) => all.map((each) => each.getAttribute("aria-label")))).not.toContain(refused);
    const before = await tallied("labelled");
    await page.locator("body").press("Shift+Digit1");
    await expect.poll(() => tallied("labelled"), patient).toBeGreaterThanOrEqual(before + 4);
    await page.getByText(/^\d pictures are dots now\.$/u).waitFor();
    await page.getByRole("button", { name: "Look and accept in bulk" }).click();
    await page.getByRole("listbox", { name: "What would be accepted" }).waitFor();
    await page.locator("body").press("Control+Enter");
    await page.getByText(/^\d+ pictures? accepted\.$/u).waitFor();
  });

  test("the map shows classes by colour, and labels what is chosen on it", async () => {
    await page.keyboard.press("m");
    await page.locator("[data-map][data-indexed=true]").waitFor();
    await page.getByLabel("Colour by").selectOption("class");
    const legend = page.getByRole("list", { name: "Classes" });
    await legend.getByRole("button", { name: /^dots/u }).waitFor();
    const numbers = await legend.locator(".numbers").allTextContents();
    expect(numbers.reduce((sum, text) => sum + Number(text), 0)).toBe(28);
    await page.keyboard.press("Escape");
    await page.locator("[data-map]").focus();
    await page.keyboard.press("Control+ArrowRight");
    await expect.poll(() => page.locator("[data-map]").getAttribute("data-selected"), patient).toBe("1");
    await page.keyboard.press("3");
    await page.getByText("Key 3 gives a new class now, Class 3.").waitFor();
    await legend.getByRole("button", { name: /^Class 3/u }).waitFor();
    await expect.poll(() => stored()["Class 3"], patient).toBe(1);
    await page.keyboard.press("Control+z");
    await legend.getByRole("button", { name: /^Class 3/u }).waitFor({ state: "detached" });
    await legend.getByRole("button", { name: /^dots/u }).click();
    await page.getByRole("group", { name: "Active filters" }).getByText("dots").waitFor();
  });
});
