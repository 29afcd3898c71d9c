/**
 * @file The map view: what its arithmetic costs on clumped points (index, lasso, looks, pictures, clusters), then panning, zooming, hovering
 * and a lasso in headless Chromium over the fake engine: long tasks (over 50 ms, by PerformanceObserver), frames a second, memory.
 *
 *     node test/bench/map-view.bench.ts [--smoke] [--counts 10000,100000]
 *
 * Caveat: headless Chromium draws with SwiftShader, on the same cores as the page; frames a second are the software driver's, not the
 * map's. Long tasks are of the page's own thread. The fake engine lives in the page, so its 100,000 images are part of the memory.
 */
import { pointsInside } from "../../renderer/map-view/lasso.ts";
import { makeLooks } from "../../renderer/map-view/looks.ts";
import { nearestPoint, placeIndex, spacings, type PlaceIndex } from "../../renderer/map-view/place-index.ts";
import { placeClusters } from "../../renderer/map-view/clusters.ts";
import { placeThumbnails } from "../../renderer/map-view/place-thumbnails.ts";
import { atOnce } from "../../renderer/map-view/slices.ts";
import { scatter } from "../helpers/map-scatter.ts";
import { findChromium, sayNoChromium, startRendererSite, type RendererSite } from "../helpers/renderer-page.ts";

const smoke = process.argv.includes("--smoke");
const at = process.argv.indexOf("--counts");
const counts = at > 0 ? process.argv[at + 1].split(",").map(Number) : smoke ? [2000] : [10_000, 100_000];

for (const count of smoke ? [10_000] : [10_000, 100_000, 1_000_000]) measureArithmetic(count);
const chromium = findChromium();
if (chromium === null) sayNoChromium("the browser part");
else {
  const site = await startRendererSite(chromium);
  for (const count of counts) await measureBrowser(site, count);
  await site.close();
}

function measureArithmetic(count: number): void {
  const places = scatter(count, 5, 24);
  const clusters = Int32Array.from({ length: count }, (_, point) => point % 24);
  const percentiles = Float32Array.from({ length: count }, (_, point) => point % 100);
  const outline = Array.from({ length: 500 }, (_, step) => ({
    x: 3 * Math.cos(step / 79.6),
    y: (3 + Math.sin(step / 6)) * Math.sin(step / 79.6),
  }));
  const index = placeIndex(places) as PlaceIndex;
  const spacing = atOnce(spacings(index));
  const labels = Array.from({ length: 24 }, (_, label) => ({ label, count: 1, representative: 1 as never }));
  let inside = 0;
  const results = {
    index: median(() => placeIndex(places)),
    spacing: median(() => atOnce(spacings(index))),
    "lasso of 500 edges": median(() => (inside = pointsInside(index, outline).length)),
    "colours and order": median(() =>
      makeLooks({
        places,
        mode: "oddness",
        ground: "dark",
        clusters,
        folders: clusters,
        percentiles,
        classes: null,
        passes: null,
        selected: [],
      }),
    ),
    "nearest, each":
      median(() => {
        for (let trial = 0; trial < 1000; trial++) nearestPoint(index, { x: (trial % 31) / 5 - 3, y: (trial % 29) / 5 - 3, radius: 0.1 });
      }) / 1000,
    pictures: median(() =>
      placeThumbnails({
        index,
        spacing,
        camera: { x: places[0], y: places[1], scale: 0.2 * Math.sqrt(count) * 40 },
        size: { width: 1400, height: 900 },
        aspectOf: () => 1.5,
        accepts: () => true,
        important: new Set(),
        kept: new Set(),
        limit: 300,
      }),
    ),
    clusters: median(() => atOnce(placeClusters({ coordinates: places, clusters: labels }, clusters))),
  };
  console.log(
    `${count} points: ${Object.entries(results)
      .map(([name, ms]) => `${name} ${ms < 0.1 ? `${(ms * 1000).toFixed(1)} us` : `${ms.toFixed(1)} ms`}`)
      .join(", ")} (${inside} inside the lasso)`,
  );
}

function median(work: () => unknown): number {
  const runs = Array.from({ length: 5 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return runs.sort((a, b) => a - b)[2];
}

async function measureBrowser(site: RendererSite, count: number): Promise<void> {
  const opened = performance.now();
  const page = await site.open(`fake=${count}&pictures=server#/map`, { width: 1920, height: 1080 });
  await page.locator("[data-map][data-indexed=true]").waitFor();
  const readyMs = performance.now() - opened;
  await page.waitForTimeout(1500);
  await page.evaluate(() => {
    const watched = { long: [] as number[], frames: 0, stopped: false };
    Object.assign(window, { watched });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => watched.long.push(Math.round(entry.duration)))).observe({
      type: "longtask",
    });
    const frame = (): void => {
      watched.frames++;
      if (!watched.stopped) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const box = await page.locator("[data-map]").boundingBox();
  if (box === null) throw new Error("The map is not shown.");
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const read = async (name: string, work: () => Promise<void>): Promise<void> => {
    const before = await page.evaluate(() => ({ ...(window as unknown as Watched).watched, at: performance.now() }));
    await work();
    await page.waitForTimeout(400);
    const after = await page.evaluate(() => ({ ...(window as unknown as Watched).watched, at: performance.now() }));
    const long = after.long.slice(before.long.length);
    console.log(
      `${count} in Chromium, ${name}: ${Math.round(((after.frames - before.frames) * 1000) / (after.at - before.at))} frames/s, long tasks ${long.length}${long.length > 0 ? ` (longest ${Math.max(...long)} ms)` : ""}`,
    );
  };
  const drag = async (steps: number): Promise<void> => {
    await page.mouse.move(middle.x, middle.y - 200);
    await page.mouse.down();
    for (let step = 0; step < steps; step++)
      await page.mouse.move(middle.x + 180 * Math.sin(step / 6), middle.y - 200 + 120 * Math.sin(step / 9));
    await page.mouse.up();
  };
  const rounds = smoke ? 20 : 120;
  await read("panning the whole map", () => drag(rounds));
  await read("zooming in and out", async () => {
    for (let notch = 0; notch < rounds; notch++) {
      await page.mouse.wheel(0, notch % 40 < 20 ? -100 : 100);
      await page.waitForTimeout(25);
    }
  });
  await page.locator("[data-map]").focus();
  for (let notch = 0; notch < (count > 50_000 ? 28 : 18); notch++) await page.mouse.wheel(0, -100);
  await page.waitForTimeout(800);
  await read(`panning among pictures (${await page.locator("[data-thumbnail]").count()} shown)`, () => drag(rounds));
  await page.keyboard.press("Home");
  await page.waitForTimeout(500);
  await read("hovering", async () => {
    for (let step = 0; step < rounds; step++) await page.mouse.move(box.x + ((step * 37) % box.width), box.y + ((step * 23) % box.height));
  });
  await read("a lasso round everything", async () => {
    await page.keyboard.down("Shift");
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    for (const [x, y] of [
      [0.97, 0.03],
      [0.97, 0.8],
      [0.1, 0.8],
    ])
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 30 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
  });
  const memory = await page.evaluate(() => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0);
  console.log(
    `${count} in Chromium: map shown ${Math.round(readyMs)} ms after opening the page, JavaScript heap ${Math.round(memory / 1e6)} MB`,
  );
  await page.context().close();
}

interface Watched {
  readonly watched: { readonly long: number[]; readonly frames: number };
}
