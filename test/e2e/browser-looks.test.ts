/** @file What can be measured of the looks: contrast, both colour schemes, no clipping at any size, focus that shows, nothing from outside. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";

import { longName } from "../helpers/fake-images.ts";
import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the looks in the browser");

const views = [
  "library",
  "map",
  "duplicates",
  "duplicates/between",
  "duplicates/apart",
  "duplicates/rule",
  "outliers/odd",
  "outliers/issues",
  "outliers/broken",
  "similar/1",
  "training",
  "classes",
  "training/runs",
  "training/run-2",
  "encoders",
] as const;
/** Where labels show. */
const labelledViews = ["library", "map", "similar/1", "classes", "classes/more", "classes/bulk", "classes/check"] as const;
/** Text colour on every ground it stands on. */
const pairs: readonly (readonly [string, readonly string[]])[] = [
  ["--text", ["--window", "--panel", "--raised", "--hover", "--accent-soft"]],
  ["--text-second", ["--window", "--panel", "--raised", "--accent-soft"]],
  ["--accent-text", ["--window", "--panel", "--raised"]],
  ["--danger-text", ["--panel", "--raised"]],
  ["--amber-text", ["--window", "--panel", "--raised"]],
  ["--green-text", ["--panel", "--raised"]],
  ["--on-accent", ["--accent-fill", "--accent-fill-hover"]],
];

describe.skipIf(chromium === null)("looks", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
  });

  test.for(["dark", "light"] as const)("every text token has a contrast of at least 4.5 (%s)", async (colours) => {
    const page = await site.open("fake=30", { colours });
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe(colours);
    for (const [text, grounds] of pairs)
      for (const ground of grounds) expect(await contrast(page, text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    // Marks lie on pictures: the worst pictures are white and black.
    for (const picture of ["#ffffff", "#000000"])
      expect(await contrast(page, "--on-mark", "--mark", picture), `--on-mark over ${picture}`).toBeGreaterThanOrEqual(4.5);
    await page.context().close();
  });

  test("the colours follow the system until a person chooses; the choice stays", async () => {
    const page = await site.open("fake=30", { colours: "light" });
    const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset["theme"]);
    expect(await theme()).toBe("light");
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(theme).toBe("dark");
    await page.getByRole("button", { name: "Colours: system" }).click();
    await page.getByRole("button", { name: "Colours: dark" }).click();
    await expect.poll(theme).toBe("light");
    await page.reload();
    expect(await theme()).toBe("light");
    await page.context().close();
  });

  test.for([
    { width: 1280, height: 800, colours: "dark" },
    { width: 1920, height: 1080, colours: "light" },
    // 1280 x 800 at 200 %.
    { width: 640, height: 400, colours: "dark" },
  ] as const)("no view is wider than its window, nor are texts cut without an ellipsis ($width x $height)", async (size) => {
    for (const [query, shown] of [
      ["fake=1000&job", views],
      ["fake=1000&labels", labelledViews],
    ] as const) {
      const page = await site.open(query, size);
      for (const view of shown) {
        await page.evaluate((hash) => (location.hash = hash), `#/${view}`);
        await page.waitForTimeout(250);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${query} ${view}`).toBeLessThanOrEqual(0);
        expect(await clippedTexts(page), `${query} ${view}`).toEqual([]);
      }
      await page.context().close();
    }
    expect(site.problems).toEqual([]);
  });

  test("at 200 % the chosen tab of Classes is in sight, and what its buttons do is not cut", async () => {
    const page = await site.open("fake=1000&labels", { width: 640, height: 400 });
    for (const [part, title] of [
      ["tune", "Train"],
      ["check", "Check these"],
      ["next", "Look at next"],
    ] as const) {
      await page.evaluate((hash) => (location.hash = hash), `#/classes/${part}`);
      const tab = page.getByRole("tab", { name: new RegExp(`^${title}`, "u"), selected: true });
      await tab.waitFor();
      await expect.poll(() => tab.evaluate((one) => one.getBoundingClientRect().right < innerWidth + 1), { message: title }).toBe(true);
      expect(await tab.evaluate((one) => one.getBoundingClientRect().left >= (one.parentElement?.getBoundingClientRect().left ?? 0) - 1)).toBe(true); // prettier-ignore
    }
    await page.evaluate(() => (location.hash = "#/classes/check"));
    const words = page.getByRole("listbox", { name: "Labels that may be mistakes" }).locator("button .cut");
    await words.first().waitFor();
    expect(await words.first().innerText()).toBe("It is Old town");
    expect(await words.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent))).toEqual(
      [],
    );
    await page.context().close();
  });

  test("without pictures nothing offers to write, filter or look at any", async () => {
    const page = await site.open("fake=empty");
    await page.getByText("What is known about a picture is shown here.").waitFor();
    await page.getByRole("button", { name: "Export" }).click();
    const dialog = page.getByRole("dialog", { name: "Export" });
    for (const [kind, said] of [
      ["Pictures as data", /^There are no pictures yet\./u],
      ["A report", /^There are no pictures yet\./u],
      ["A classifier", /^There are no pictures yet\./u],
    ] as const) {
      await dialog.getByText(kind, { exact: true }).click();
      await dialog.getByText(said).waitFor();
      expect(await dialog.getByRole("button", { name: "Choose" }).count()).toBe(0);
      expect(await dialog.getByRole("button", { name: "Export", exact: true }).isDisabled()).toBe(true);
    }
    // An encoder can be given to others all the same.
    await dialog.getByText("An encoder", { exact: true }).click();
    await dialog.getByRole("button", { name: "Choose" }).waitFor();
    await page.keyboard.press("Escape");
    // Out of sight first; keys are the window's again when it is gone.
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("f");
    await page.keyboard.type("beach");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^No pictures in/u }).waitFor();
    expect(await page.getByText("Nothing matches").count()).toBe(0);
    await page.context().close();
    expect(site.problems).toEqual([]);
  });

  test("a name of 180 characters is cut in the middle and whole in its tooltip", async () => {
    expect(longName).toHaveLength(180);
    const page = await site.open("fake=30");
    await page.locator('[data-id="2"]').click();
    const heading = page.getByRole("complementary").getByRole("heading", { level: 2 });
    await expect.poll(() => heading.getAttribute("title")).toBe(longName);
    const shown = await heading.innerText();
    expect(shown.replaceAll("\n", "")).toMatch(/^a-very-long-name.*….*0001\.jpeg$/u);
    await page.context().close();
  });

  test("focus shows, and Tab reaches the search, the grid and the details", async () => {
    const page = await site.open("fake=30");
    await page.locator('[data-id="1"]').waitFor();
    const reached = new Set<string>();
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press("Tab");
      const found = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const style = getComputedStyle(element);
        const name = element.hasAttribute("data-grid")
          ? "grid"
          : element.hasAttribute("data-search")
            ? "search"
            : element.getAttribute("role") === "separator"
              ? "details"
              : "";
        // The grid shows focus on its current picture instead.
        return { name, visible: style.outlineStyle !== "none" || name === "grid" || name === "details" || element === document.body };
      });
      expect(found.visible).toBe(true);
      reached.add(found.name);
    }
    expect([...reached]).toEqual(expect.arrayContaining(["grid", "search", "details"]));
    await page.context().close();
  });

  test("nothing is asked of any other machine, and less motion means none", async () => {
    const page = await site.open("fake=30");
    const hosts = new Set<string>();
    page.on("request", (request) => hosts.add(new URL(request.url()).host || new URL(request.url()).protocol));
    await page.reload();
    await page.locator('[data-id="1"]').waitFor();
    for (const view of views) {
      await page.evaluate((hash) => (location.hash = hash), `#/${view}`);
      await page.waitForTimeout(100);
    }
    const own = new URL(page.url()).host;
    expect([...hosts].filter((host) => host !== own && host !== "data:" && host !== "blob:")).toEqual([]);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--quick")))).toBe(0);
    await page.context().close();
  });
});

/** WCAG 2 contrast of two tokens as the browser mixes them; `under` (a token or colour) shows through a ground that is not opaque. */
function contrast(page: Page, text: string, ground: string, under = "--panel"): Promise<number> {
  return page.evaluate(
    ([textToken, groundToken, underToken]) => {
      const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
      if (canvas === null) throw new Error("no canvas");
      const resolve = (token: string): string =>
        token.startsWith("--") ? getComputedStyle(document.documentElement).getPropertyValue(token).trim() : token;
      const luminance = (...layers: string[]): number => {
        for (const layer of layers) {
          canvas.fillStyle = layer;
          canvas.fillRect(0, 0, 1, 1);
        }
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => {
          const part = value / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const a = luminance(resolve(underToken), resolve(groundToken));
      const b = luminance(resolve(underToken), resolve(groundToken), resolve(textToken));
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    },
    [text, ground, under] as const,
  );
}

/** Texts of buttons, heads and labels that run out of their box where nothing shows that there is more. */
function clippedTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const clipped: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("button, h1, h2, h3, p, strong, .caption, .second")) {
      const style = getComputedStyle(element);
      if (style.visibility === "hidden" || element.offsetParent === null || element.classList.contains("hidden-visually")) continue;
      const hides = style.overflowX === "hidden" || style.overflowX === "clip";
      if (hides && style.textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1)
        clipped.push(element.innerText.slice(0, 60));
      if (
        !hides &&
        element.childElementCount === 0 &&
        element.scrollWidth > element.clientWidth + 1 &&
        element.clientWidth > 0 &&
        style.display !== "inline"
      )
        clipped.push(`overflowing: ${element.innerText.slice(0, 60)}`);
    }
    return clipped;
  });
}
