/**
 * @file What the open collection costs at a size: opening, catalogue, summary, groups, lists, "more like this", text search. Rows are made
 * up (make-collection.ts). Run alone on a quiet machine:
 *
 *     node test/bench/views.bench.ts [COUNT ...]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createEngine } from "#engine/engine.ts";
import type { ImageId } from "#protocol/model.ts";
import { makeCollection } from "./make-collection.ts";

const counts = process.argv.slice(2).map(Number).filter(Number.isInteger);

for (const count of counts.length > 0 ? counts : [10_000, 100_000]) {
  const home = mkdtempSync(join(tmpdir(), "likeness-views-"));
  try {
    await makeCollection(join(home, "workspace"), count);
    const engine = await createEngine({ dataFolder: home });
    const { handlers, context } = engine;
    const took = async (name: string, work: () => unknown): Promise<void> => {
      const start = performance.now();
      await work();
      console.log(`${count}  ${name.padEnd(22)} ${(performance.now() - start).toFixed(0)} ms`);
    };
    await took("open", () => engine.open(join(home, "workspace"), "write"));
    const collection = engine.requireCollection();
    await took("summary, cold", () => handlers["collection.summary"]({}, context));
    await took("catalogue, again", () => {
      collection.invalidate();
      return collection.catalogue();
    });
    await took("groups, again", () => collection.groups());
    await took("summary, again", () => handlers["collection.summary"]({}, context));
    await took("map columns", () => handlers["map.columns"]({}, context));
    await took("outliers, first page", () => handlers["outliers.list"]({ offset: 0, limit: 200 }, context));
    await took("outliers, next page", () => handlers["outliers.list"]({ offset: 200, limit: 200 }, context));
    await took("issues, first page", () => handlers["issues.list"]({ offset: 0, limit: 200 }, context));
    const id = collection.catalogue().columns.ids[0] as ImageId;
    await took("similar, cold", () => handlers["images.similar"]({ id, count: 50 }, context));
    await took("similar, warm", () => handlers["images.similar"]({ id, count: 50 }, context));
    await took("details", () => handlers["images.details"]({ id }, context));
    await took("find, cold", () => handlers["images.find"]({ text: "img_0042", limit: 1000 }, context));
    await took("find, warm", () => handlers["images.find"]({ text: "model 3", limit: 1000 }, context));
    console.log(`${count}  peak memory            ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
    await engine.close();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
