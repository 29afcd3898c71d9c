/** @file The map in a real browser over the fake engine: what is drawn, hover, click, lasso, keys, pictures, filters, and how it waits. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  boxOf,
  brightest,
  cameraOf,
  distanceTo,
  evenOdd,
  imageOfCluster,
  noPictures,
  openMap,
  ready,
  ringed,
  selected,
  settled,
  spotsOf,
  stage,
  type FakeWindow,
} from "../helpers/map-page.ts";
import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("the map in the browser");

describe.skipIf(chromium === null)("map", () => {
  let site: RendererSite;
  beforeAll(async () => {
    site = await startRendererSite(chromium as string);
  });
  afterAll(async () => {
    await site.close();
    expect(site.problems).toEqual([]);
  });

  test("draws points in the clusters' colours by WebGL", async () => {
    const page = await openMap(site, "fake=2000");
    expect(await stage(page).getAttribute("data-surface")).toBe("webgl");
    // Cluster 3 of the fake is #009e73 and alone in its place.
    const [middle] = await spotsOf(page, [await imageOfCluster(page, 2)]);
    const [red, green, blue] = await brightest(page, middle);
    expect(green).toBeGreaterThan(90);
    expect(green).toBeGreaterThan(red + 50);
    expect(green).toBeGreaterThan(blue);
    await page.context().close();
  });

  test("a click selects the nearest point, Ctrl adds, a click on nothing clears", async () => {
    const page = await openMap(site, "fake=300");
    await noPictures(page);
    const [first, second] = await spotsOf(page, [12, 120]);
    await page.mouse.click(first.x + 2, first.y);
    expect(await selected(page)).toEqual([12]);
    await page.keyboard.down("Control");
    await page.mouse.click(second.x, second.y);
    await page.keyboard.up("Control");
    expect(await selected(page)).toEqual([12, 120]);
    const box = await boxOf(page);
    await page.mouse.click(box.x + 30, box.y + 30);
    expect(await selected(page)).toEqual([]);
    await page.context().close();
  });

  test("the lasso selects exactly the points inside", async () => {
    const page = await openMap(site, "fake=2000");
    const box = await boxOf(page);
    const outline = [
      [0.3, 0.3],
      [0.62, 0.24],
      [0.7, 0.6],
      [0.5, 0.5],
      [0.34, 0.72],
    ].map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height }));
    await page.keyboard.down("Shift");
    await page.mouse.move(outline[0].x, outline[0].y);
    await page.mouse.down();
    for (const spot of outline.slice(1)) await page.mouse.move(spot.x, spot.y, { steps: 12 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    const ids = Array.from({ length: 2000 }, (_, at) => at + 1);
    const spots = await spotsOf(page, ids);
    const clear = ids.filter((_, at) => distanceTo(outline, spots[at]) > 4);
    const inside = clear.filter((id) => evenOdd(outline, spots[id - 1]));
    const found = new Set(await selected(page));
    expect(inside.length).toBeGreaterThan(100);
    expect(clear.filter((id) => found.has(id))).toEqual(inside);
    await page.getByRole("toolbar", { name: "Selection" }).waitFor();
    await page.context().close();
  });

  test("hovering shows the picture and rings its five neighbours", async () => {
    const page = await openMap(site, "fake=400");
    await noPictures(page);
    const [spot] = await spotsOf(page, [50]);
    await page.mouse.move(spot.x, spot.y);
    await page.locator('[data-preview="50"]').waitFor();
    const expected = await page.evaluate(async () => {
      const { results } = await (window as unknown as FakeWindow).likeness.handlers["images.similar"]({ id: 50, count: 5 });
      return results.map((one) => one.id);
    });
    await expect.poll(() => ringed(page)).toEqual([50, ...expected].sort((a, b) => a - b));
    const preview = await page.locator("[data-preview] img").boundingBox();
    expect(Math.max(preview?.width ?? 0, preview?.height ?? 0)).toBe(200);
    const box = await boxOf(page);
    await page.mouse.move(box.x + box.width - 20, box.y + box.height - 20);
    await page.locator("[data-preview]").waitFor({ state: "detached" });
    await page.context().close();
  });

  test("the wheel zooms to the pointer, a drag pans, Home shows all again", async () => {
    const page = await openMap(site, "fake=2000");
    const whole = await cameraOf(page);
    const [before] = await spotsOf(page, [700]);
    await page.mouse.move(before.x, before.y);
    for (let notch = 0; notch < 4; notch++) await page.mouse.wheel(0, -100);
    await expect.poll(async () => (await cameraOf(page)).scale).toBeGreaterThan(whole.scale * 1.8);
    await settled(page);
    const [zoomed] = await spotsOf(page, [700]);
    expect(Math.hypot(zoomed.x - before.x, zoomed.y - before.y)).toBeLessThan(1);
    const box = await boxOf(page);
    const from = { x: box.x + box.width - 60, y: box.y + box.height - 60 };
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x - 90, from.y - 40, { steps: 5 });
    await page.mouse.up();
    await settled(page);
    const [panned] = await spotsOf(page, [700]);
    expect(Math.hypot(panned.x - zoomed.x + 90, panned.y - zoomed.y + 40)).toBeLessThan(1);
    await stage(page).focus();
    await page.keyboard.press("Home");
    await expect.poll(async () => Math.abs((await cameraOf(page)).scale / whole.scale - 1)).toBeLessThan(1e-6);
    await page.context().close();
  });

  test("by keyboard alone: pan, zoom, go from picture to picture, open, and focus shows", async () => {
    const page = await openMap(site, "fake=300");
    await stage(page).focus();
    expect(
      await stage(page).evaluate((element) => element.matches(":focus-visible") && getComputedStyle(element).outlineStyle !== "none"),
    ).toBe(true);
    const start = await cameraOf(page);
    await page.keyboard.press("ArrowRight");
    await expect.poll(async () => (await cameraOf(page)).x - start.x).toBeCloseTo(80 / start.scale, 4);
    await page.keyboard.press("+");
    await expect.poll(async () => (await cameraOf(page)).scale / start.scale).toBeCloseTo(1.5, 4);
    await page.keyboard.press("-");
    await expect.poll(async () => (await cameraOf(page)).scale / start.scale).toBeCloseTo(1, 4);
    await page.keyboard.press("Control+ArrowUp");
    const [first] = await selected(page);
    await page.keyboard.press("Control+ArrowUp");
    await expect.poll(async () => (await selected(page))[0]).not.toBe(first);
    const [higher] = await selected(page);
    const [a, b] = await spotsOf(page, [first, higher]);
    expect(b.y).toBeLessThan(a.y);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: /^Large view/u }).waitFor();
    await page.context().close();
  });

  test("pictures replace points when near, without overlaps, and a click on one selects it", async () => {
    const page = await openMap(site, "fake=10000&pictures=server");
    expect(await stage(page).getAttribute("data-pictures")).toBe("0");
    const [spot] = await spotsOf(page, [4000]);
    await page.mouse.move(spot.x, spot.y);
    for (let notch = 0; notch < 18; notch++) {
      await page.mouse.wheel(0, -100);
      await page.waitForTimeout(30);
    }
    await expect.poll(() => page.locator("[data-thumbnail]").count()).toBeGreaterThan(15);
    await settled(page);
    expect(await page.locator("[data-thumbnail]").count()).toBeLessThanOrEqual(300);
    const boxes = await page.locator("[data-thumbnail]").evaluateAll((elements) =>
      elements.map((element) => ({
        id: Number((element as HTMLElement).dataset["thumbnail"]),
        box: element.getBoundingClientRect().toJSON() as DOMRect,
      })),
    );
    let overlaps = 0;
    boxes.forEach(({ box: one }, at) =>
      boxes
        .slice(at + 1)
        .forEach(
          ({ box: other }) =>
            (overlaps += one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top ? 1 : 0),
        ),
    );
    expect(overlaps).toBe(0);
    const area = await boxOf(page);
    const target = boxes.find(
      ({ box }) =>
        box.left > area.x + 80 && box.right < area.x + area.width - 60 && box.top > area.y + 60 && box.bottom < area.y + area.height - 120,
    );
    expect(target).toBeDefined();
    if (target === undefined) return;
    await page.mouse.click(target.box.left + target.box.width / 2, target.box.top + 4);
    expect(await selected(page)).toEqual([target.id]);
    await expect
      .poll(() => page.locator(`[data-thumbnail="${target.id}"]`).evaluate((element) => element.classList.contains("selected")))
      .toBe(true);
    await page.context().close();
  });

  test("colour by how odd: the legend filters by brushing, everywhere, and says so in a chip", async () => {
    const page = await openMap(site, "fake=2000");
    await page.getByLabel("Colour by").selectOption("oddness");
    const scale = await page.locator("[data-brush]").boundingBox();
    if (scale === null) throw new Error("no legend");
    await page.mouse.move(scale.x + scale.width * 0.5, scale.y + 8);
    await page.mouse.down();
    await page.mouse.move(scale.x + scale.width * 0.9, scale.y + 8, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("group", { name: "Active filters" }).getByText("Oddness 50–90 %").waitFor();
    const ids = await page.evaluate(async () => {
      const columns = await (window as unknown as FakeWindow).likeness.handlers["images.columns"]({});
      return {
        filtered: columns.ids.filter((_, at) => columns.percentiles[at] < 45)[0],
        passing: columns.ids.filter((_, at) => columns.percentiles[at] > 55 && columns.percentiles[at] < 85)[0],
      };
    });
    const [filtered, passing] = await spotsOf(page, [ids.filtered, ids.passing]);
    await page.mouse.click(filtered.x, filtered.y);
    expect(await selected(page)).not.toContain(ids.filtered);
    await page.mouse.click(passing.x, passing.y);
    expect(await selected(page)).toHaveLength(1);
    await page.getByRole("slider", { name: "Least odd shown" }).press("Home");
    await page.getByText("Oddness 0–90 %").waitFor();
    await page.context().close();
  });

  test("folders and one colour: what is drawn follows the choice, and the choice is remembered", async () => {
    const page = await openMap(site, "fake=600");
    await noPictures(page);
    await page.getByLabel("Colour by").selectOption("none");
    const [spot] = await spotsOf(page, [40]);
    const grey = await brightest(page, spot);
    expect(Math.max(...grey) - Math.min(...grey)).toBeLessThan(12);
    await page.getByLabel("Colour by").selectOption("folder");
    await page
      .getByRole("list", { name: "Folders" })
      .getByRole("button", { name: /^Scans \/ Letters/u })
      .click();
    await page.getByRole("group", { name: "Active filters" }).getByText("Scans / Letters").waitFor();
    await page.reload();
    await ready(page);
    expect(await page.getByLabel("Colour by").inputValue()).toBe("folder");
    await page.context().close();
  });

  test("a cluster's label frames it and offers to filter; the list of clusters does the same by keyboard", async () => {
    const page = await openMap(site, "fake=10000");
    const whole = await cameraOf(page);
    await page.locator('[data-map] [data-cluster="4"]').click();
    await expect.poll(async () => (await cameraOf(page)).scale / whole.scale).toBeGreaterThan(2);
    await page.getByRole("group", { name: "Cluster 5" }).getByRole("button", { name: "Show only these" }).click();
    await page.getByRole("group", { name: "Active filters" }).getByText("Cluster 5").waitFor();
    await page.getByRole("button", { name: /^Cluster 2, .*show on the map/u }).press("Enter");
    await page.getByRole("group", { name: "Cluster 2" }).getByRole("button", { name: "Select them" }).click();
    const members = await page.evaluate(async () => {
      const columns = await (window as unknown as FakeWindow).likeness.handlers["images.columns"]({});
      return columns.clusters.filter((cluster) => cluster === 1).length;
    });
    expect((await selected(page)).length).toBe(members);
    await page.context().close();
  });

  test("images that arrive keep the view and the selection", async () => {
    const page = await openMap(site, "fake=1000");
    await noPictures(page);
    const [spot] = await spotsOf(page, [500]);
    await page.mouse.click(spot.x, spot.y);
    const chosen = await selected(page);
    await page.mouse.wheel(0, -300);
    await settled(page);
    const camera = await cameraOf(page);
    await page.evaluate(() => (window as unknown as FakeWindow).fakeEngine.grow(400));
    await page.getByRole("application", { name: "Map of 1,400 pictures" }).waitFor();
    await settled(page);
    expect(await cameraOf(page)).toEqual(camera);
    expect(await selected(page)).toEqual(chosen);
    await page.context().close();
  });

  test("a new layout moves the points from their old to their new places; with less motion at once", async () => {
    for (const reducedMotion of ["no-preference", "reduce"] as const) {
      const page = await openMap(site, "fake=12");
      await page.emulateMedia({ reducedMotion });
      await noPictures(page);
      await page.keyboard.press("+");
      await settled(page);
      const [old] = await spotsOf(page, [9]);
      await page.evaluate(() => {
        const { handlers } = (window as unknown as FakeWindow).likeness;
        const read = handlers["map.columns"];
        handlers["map.columns"] = async (params) => {
          const map = await read(params);
          return { ...map, coordinates: map.coordinates.map((value, at) => (at % 2 === 0 ? value + 3 : value)) };
        };
        (window as unknown as FakeWindow).fakeEngine.grow(0);
      });
      await expect.poll(async () => (await spotsOf(page, [9]))[0].x - old.x).toBeGreaterThan(20);
      await page.waitForTimeout(900);
      const [now] = await spotsOf(page, [9]);
      expect(Math.max(...(await brightest(page, now)))).toBeGreaterThan(80);
      expect(Math.max(...(await brightest(page, old)))).toBeLessThan(80);
      await page.context().close();
    }
  });

  test("a lost context is built again", async () => {
    const page = await openMap(site, "fake=300");
    await noPictures(page);
    const [spot] = await spotsOf(page, [77]);
    const before = await brightest(page, spot);
    await page.evaluate(async () => {
      const gl = document.querySelector<HTMLCanvasElement>("[data-map] canvas")?.getContext("webgl2");
      const extension = gl?.getExtension("WEBGL_lose_context");
      extension?.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 100));
      extension?.restoreContext();
    });
    await expect.poll(() => brightest(page, spot)).toEqual(before);
    await page.context().close();
  });

  test("without WebGL 2 a plain canvas draws the points and says so", async () => {
    const page = await site.open("fake=0");
    await page.addInitScript(() => {
      const original = HTMLCanvasElement.prototype.getContext;
      Object.assign(HTMLCanvasElement.prototype, {
        getContext(this: HTMLCanvasElement, kind: string, options?: unknown) {
          return kind === "webgl2" ? null : (original as (kind: string, options?: unknown) => unknown).call(this, kind, options);
        },
      });
    });
    await page.goto(`${new URL(page.url()).origin}/?fake=300#/map`);
    await ready(page);
    expect(await stage(page).getAttribute("data-surface")).toBe("canvas");
    await page.getByText("This browser has no WebGL 2: points are drawn on a plain canvas.").waitFor();
    await noPictures(page);
    const [spot] = await spotsOf(page, [77]);
    expect(Math.max(...(await brightest(page, spot)))).toBeGreaterThan(80);
    await page.context().close();
  });

  test("before there is a map, the step that runs is said with its progress; then the map appears by itself", async () => {
    const page = await site.open("fake=500&job");
    await page.evaluate(() => {
      const { handlers } = (window as unknown as FakeWindow).likeness;
      const read = handlers["map.columns"];
      handlers["map.columns"] = async (params) => {
        const map = await read(params);
        return { ...map, coordinates: map.coordinates.fill(NaN), clusters: [], quality: null };
      };
      Object.assign(window, { showMap: () => (handlers["map.columns"] = read) });
      location.hash = "#/map";
    });
    await page.getByRole("heading", { name: "Reading pictures" }).waitFor();
    await page.getByText("Step 2 of 6 · 3,120 of 12,400 · 23 s left in this step").waitFor();
    await page.evaluate(() => {
      const { fakeEngine } = window as unknown as FakeWindow;
      fakeEngine.setJob({ stage: "map", stageIndex: 3, done: 20, total: 200, secondsLeft: null });
    });
    await page.getByRole("heading", { name: "Drawing the map" }).waitFor();
    await page.evaluate(() => {
      const { fakeEngine, showMap } = window as unknown as FakeWindow;
      showMap?.();
      fakeEngine.setJob({ state: "done", finishedAt: 2, summary: "Done." });
      fakeEngine.grow(0);
    });
    await ready(page);
    await page.getByText("Neighbours kept in the picture:").waitFor();
    await page.context().close();
  });

  test("leaving the map and coming back finds it as it was left", async () => {
    const page = await openMap(site, "fake=2000");
    await stage(page).focus();
    await page.keyboard.press("+");
    await page.keyboard.press("ArrowLeft");
    await settled(page);
    const left = await cameraOf(page);
    await page.keyboard.press("g");
    await page.getByRole("listbox", { name: "Pictures" }).waitFor();
    await page.keyboard.press("m");
    await ready(page);
    await settled(page);
    expect(await cameraOf(page)).toEqual(left);
    await page.context().close();
  });
});
