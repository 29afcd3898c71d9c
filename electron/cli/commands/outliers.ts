/**
 * @file `likeness outliers`: all images, oddest first.
 */
import type { Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const outliersCommand: Command = {
  name: "outliers",
  usage: "",
  summary: "List all images by oddness, oddest first, each with the nearest normal images.",
  options: {},
  positionals: [0, 0],
  run: (input) =>
    withCollection(input, async (engine) => {
      const { entries } = await engine.handlers["outliers.list"]({ offset: 0, limit: Infinity }, engine.context);
      const images = entries.map((entry) => ({
        path: engine.pathOf(entry.id),
        score: entry.score,
        percentile: entry.percentile,
        nearest: entry.nearest.map(engine.pathOf),
      }));
      printResult(input.json, { images }, () =>
        images.slice(0, 30).map((image) => `${image.percentile.toFixed(1).padStart(5)}  ${image.path}`),
      );
      return 0;
    }),
};
