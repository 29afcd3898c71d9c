import { expect, test } from "vitest";

import type { Method } from "#engine/training/methods/method.ts";
import { methods } from "#engine/training/methods/table.ts";
import { viewKind } from "#engine/training/trainer/source.ts";

import { openTiny } from "../tiny-training.ts";

/** Tells how far two ways to encode differ. */
function comparing(way: "blocks" | "rows"): Method {
  return {
    id: "test",
    title: "Test",
    summary: "compares",
    source: "here",
    needs: [],
    settings: {},
    defaults: methods.simclr.defaults,
    views: () => [{ name: "views", count: 2, variants: ["mild", "mild"], scale: 1 }],
    build: (context) => {
      const { operators } = context.draft;
      const { online } = context;
      // Two parts in blocks are the two views, each normalised alone.
      const parted = context.encode("views", online, { parts: 2, isShuffled: way === "blocks" });
      const map = context.featureMap("views", online);
      const alone = operators.stack([0, 1].map((view) => context.encode("views", online, { views: [view, view + 1], parts: 1 })));
      const far = (one: string, other: string): string => {
        const difference = operators.subtract(one, other);
        return operators.total(operators.multiply(difference, difference));
      };
      const pooled = operators.mean(map, [2, 3]);
      context.draft.metric("map", far(pooled, parted));
      return far(parted, alone);
    },
  };
}

test("blocks of a batch are normalised alone, and rows come back to their places", async () => {
  for (const way of ["blocks", "rows"] as const) {
    const run = await openTiny({ method: comparing(way) });
    const metrics = await run.advance();
    if (way === "blocks") expect(metrics.get("loss")).toBeLessThan(1e-8);
    else expect(metrics.get("loss")).toBeGreaterThan(1e-4);
    // The feature map stands in the same order as the embedding, which is its mean.
    expect(metrics.get("map")).toBeLessThan(1e-8);
    await run.executor.close();
  }
});

test("every way in which a method wants its views drawn is there", () => {
  for (const { settings, views } of Object.values(methods)) {
    const most = Object.fromEntries(Object.entries(settings).map(([name, { high, value }]) => [name, name === "crops" ? high : value]));
    for (const group of views(most)) {
      expect(group.variants).toHaveLength(group.count);
      for (const variant of group.variants) expect(viewKind("photo", variant, {}).views).toBe(1);
    }
  }
});
