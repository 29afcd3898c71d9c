/**
 * @file `likeness map`: positions and clusters, as JSON or as a picture.
 */
import type { ImageId } from "#protocol/model.ts";

import { UserError } from "../../engine/engine.ts";
import type { Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const mapCommand: Command = {
  name: "map",
  usage: "[--png FILE]",
  summary: "Print the map: a place and a cluster for each image, and how true the map is.",
  options: { png: { type: "string", value: "FILE", help: "draw it into this PNG file" } },
  positionals: [0, 0],
  run: (input) =>
    withCollection(input, async (engine) => {
      const map = await engine.handlers["map.columns"]({}, engine.context);
      if (!map.quality) throw new UserError("no-map", "There is no map yet: run `likeness index FOLDER` first.");
      const { columns } = engine.requireCollection().catalogue();
      const points: { path: string; x: number; y: number; cluster: number }[] = [];
      columns.ids.forEach((id, index) => {
        const x = map.coordinates[2 * index] as number;
        const y = map.coordinates[2 * index + 1] as number;
        if (!Number.isNaN(x)) points.push({ path: engine.pathOf(id as ImageId), x, y, cluster: columns.clusters[index] as number });
      });
      const png = input.values["png"];
      if (typeof png === "string") await engine.exports.map(png);
      const { quality } = map;
      printResult(input.json, { encoder: map.encoder, points, quality }, function* () {
        yield `${points.length} images in ${map.clusters.length} clusters (encoder ${map.encoder})`;
        yield `trustworthiness ${quality.trustworthiness.toFixed(3)}, neighbours kept ${(100 * quality.recall).toFixed(0)} %`;
        if (quality.graphRecall < 1) yield `made from ${(100 * quality.graphRecall).toFixed(1)} % of all nearest neighbours, as sampled`;
        if (typeof png === "string") yield `drawn into ${png}`;
      });
      return 0;
    }),
};
