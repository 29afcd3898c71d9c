import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium as launcher, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { exportReport } from "#engine/export/report/export-report.ts";
import { html, name } from "#engine/export/report/html.ts";
import type { EncoderCard } from "#engine/encoders/encoder-card.ts";
import { hostileNames, indexedCollection, type IndexedCollection } from "../../helpers/indexed-collection.ts";
import { findChromium, sayNoChromium } from "../../helpers/renderer-page.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the report in a browser");

test("what goes into a page is text, unless the page made it", () => {
  expect(html`<p title="${'"><b>'}">${"<script>&'`"}${html`<i>${1}</i>`}${[null, false, undefined, "a", html`<br />`]}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;b&gt;">&lt;script&gt;&amp;&#39;&#96;<i>1</i>a<br /></p>',
  );
  expect(name("a/<b>\u0000").text).toBe("<bdi>a/<wbr>&lt;b&gt;\uFFFD</bdi>");
});

describe("a report", () => {
  const home = temporaryFolderFor(beforeAll, "report");
  let made: IndexedCollection;
  let browser: Browser | null = null;
  const out = (file: string): string => join(home(), "out", file);
  const labelOf = (content: number): string | null => (content % 4 === 0 ? null : content % 4 === 1 ? "<u>class</u>" : "other");

  beforeAll(async () => {
    made = await indexedCollection(home());
    mkdirSync(join(home(), "out"));
    const collection = made.engine.requireCollection();
    await exportReport(collection, { out: out("all.html"), pictures: true, labelOf, nowMs: Date.UTC(2024, 4, 6, 7, 8) });
    await exportReport(collection, { out: out("bare.html"), pictures: false, labelOf, nowMs: 0 });
    if (chromium !== null) browser = await launcher.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await made.engine.close();
  });

  const problems: string[] = [];
  async function open(file: string, options: { colours?: "dark" | "light"; width?: number } = {}): Promise<Page> {
    const context = await (browser as Browser).newContext({
      offline: true,
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.colours ?? "light",
    });
    const page = await context.newPage();
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("dialog", (dialog) => void dialog.dismiss().then(() => problems.push(`dialog ${dialog.message()}`)));
    page.on("request", (request) => {
      if (!/^data:/.test(request.url()) && request.url() !== pathToFileURL(out(file)).href) problems.push(request.url());
    });
    await page.goto(pathToFileURL(out(file)).href);
    return page;
  }

  test("is one file that refers to nothing outside and says what it holds", () => {
    expect(readdirSync(join(home(), "out")).sort()).toEqual(["all.html", "bare.html"]);
    const page = readFileSync(out("all.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|<iframe|javascript:|@import|url\(/i);
    expect([...page.matchAll(/(?:src|href)="([^"]{0,8})/g)].every(([, start]) => /^(data:|#)/.test(start as string))).toBe(true);
    expect(page).toMatch(/default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/);
    const pictures = page.match(/<img /g)?.length ?? 0;
    expect(pictures).toBeGreaterThan(20);
    expect(page).toContain(`small copies of ${pictures} pictures`);
    expect(page).toContain("looked at on 2024-05-06 07:08 UTC");
  });

  test("without pictures has none, and says so", () => {
    const page = readFileSync(out("bare.html"), "utf8");
    expect(page).not.toMatch(/<img |image\/jpeg/);
    expect(page).toContain("no pictures");
    expect(page).toContain("kind-0/");
  });

  test("stops at its limits and says how much it left out", async () => {
    const collection = made.engine.requireCollection();
    const request = { out: out("few.html"), pictures: true, labelOf: null, nowMs: 0 };
    const few = await exportReport(collection, { ...request, limits: { pictures: 7, bytes: 1e9 } });
    const page = readFileSync(out("few.html"), "utf8");
    expect([few.pictures, page.match(/<img /g)?.length]).toEqual([7, 7]);
    expect(page).toMatch(/\d+ places stayed empty/);
    const small = await exportReport(collection, { ...request, limits: { pictures: 1000, bytes: 50_000 } });
    const bytes = [...readFileSync(out("few.html"), "utf8").matchAll(/jpeg;base64,([^"]+)"/g)].reduce(
      (sum, [, data]) => sum + Buffer.from(data as string, "base64").length,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(50_000);
    expect(small.pictures).toBeGreaterThan(0);
    await exportReport(collection, { ...request, out: out("few.html") });
  });

  test("shows the numbers of a training where the encoder was trained", async () => {
    const collection = made.engine.requireCollection();
    const { card } = collection.encoder();
    const measured = { viewRetrieval: 0.512, alignment: 0.3, uniformity: -2.1, rankMe: 80.25, neighboursKept: 1, weakLabelKnn: null };
    const report = {
      verdict: "helped",
      recommended: "<b>x</b>",
      frozen: measured,
      whitened: measured,
      after: { ...measured, viewRetrieval: 0.75 },
    };
    const trained: EncoderCard = { ...card, report, provenance: { Method: "simclr <i>" } };
    await exportReport(
      { ...collection, encoder: () => ({ card: trained, origin: "trained" }) },
      { out: out("trained.html"), pictures: false, labelOf: null, nowMs: 0 },
    );
    const page = readFileSync(out("trained.html"), "utf8").replace(/\s+/g, " ");
    expect(page).toContain("trained with Likeness");
    expect(page).toContain("simclr &lt;i&gt;");
    expect(page).toContain("<strong>helped</strong>; recommended: <bdi>&lt;b&gt;x&lt;/b&gt;</bdi>".replace("&lt;/b", "&lt;/<wbr>b"));
    expect(page).toMatch(
      /pictures that find their other view<\/td>\s*<td class="number">51.2 %<\/td>\s*<td class="number">51.2 %<\/td>\s*<td class="number">75.0 %/,
    );
    expect(page).not.toContain("undefined");
    expect(page).not.toContain("NaN");
  });

  test.skipIf(chromium === null)("opens offline without a word on the console; hostile names are text", async () => {
    const page = await open("all.html");
    expect(await page.evaluate(() => document.title)).toBe("pictures: report");
    const found = await page.evaluate(() => ({
      scripts: document.querySelectorAll("script, iframe, object, embed, form, u, b").length,
      handlers: [...document.querySelectorAll("*")].filter((each) =>
        [...each.attributes].some(({ name: attribute }) => attribute.startsWith("on")),
      ).length,
      broken: [...document.images].filter((image) => image.naturalWidth === 0).length,
      sections: [...document.querySelectorAll("section")].map(({ id }) => id),
      classes: [...document.querySelectorAll("#classes h3 bdi")].map((each) => each.textContent),
      text: document.body.textContent,
    }));
    expect(found).toMatchObject({ scripts: 0, handlers: 0, broken: 0 });
    expect(found.sections).toEqual(["summary", "map", "duplicates", "outliers", "issues", "classes", "encoder"]);
    expect(found.classes).toEqual(["other", "<u>class</u>"]);
    // Copies stand in the groups of duplicates under their own names.
    for (const each of hostileNames) expect(found.text).toContain(each);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test.skipIf(chromium === null)("is no wider than its window, has readable colours, and follows the reader's scheme", async () => {
    for (const colours of ["light", "dark"] as const)
      for (const width of [1280, 480]) {
        const page = await open("all.html", { colours, width });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${colours} ${width}`).toBeLessThanOrEqual(0);
        const shown = await page.evaluate(() =>
          [...document.querySelectorAll("svg.map")]
            .filter((each) => getComputedStyle(each).display !== "none")
            .map((each) => each.classList[1]),
        );
        expect(shown).toEqual([colours]);
        expect(await lowestContrast(page), colours).toBeGreaterThanOrEqual(4.5);
        await page.context().close();
      }
    const page = await open("all.html", { colours: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe("rgb(27, 27, 27)");
    await page.context().close();
    expect(problems).toEqual([]);
  });
});

/** Of every text on the ground behind it (WCAG 2, relative luminance). */
function lowestContrast(page: Page): Promise<number> {
  return page.evaluate(() => {
    const numbers = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string): number => {
      const [red = 0, green = 0, blue = 0] = numbers(colour).map((value) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = (element: Element | null): string => {
      if (element === null) return "rgb(255, 255, 255)";
      const colour = getComputedStyle(element).backgroundColor;
      return numbers(colour)[3] === 0 ? ground(element.parentElement) : colour;
    };
    const texts = [...document.querySelectorAll("main *")].filter(
      (each) => !each.closest("svg") && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== ""),
    );
    return Math.min(
      ...texts.map((each) => {
        const [one, other] = [luminance(getComputedStyle(each).color), luminance(ground(each))];
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      }),
    );
  });
}
