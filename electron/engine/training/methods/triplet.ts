/**
 * @file Triplets (Schroff et al. 2015; Hermans et al. 2017) of two views of a picture and one view of another.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { triplet as tripletLoss } from "../losses/triplet.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const triplet: Method = {
  id: "triplet",
  title: "Triplets",
  summary: "a view lies nearer to its partner than to a negative chosen from the batch, by a margin",
  source: "Schroff et al. 2015, arXiv 1503.03832; Hermans et al. 2017, arXiv 1703.07737",
  needs: [],
  settings: {
    mining: { value: 0, low: 0, high: 1, whole: true, help: "0: semi-hard negatives and squared lengths; 1: the hardest and lengths" },
    margin: { value: 0.2, low: 0, high: 4, help: "by which the negative must be farther" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const z = project(context, projector(context), context.online);
    const mining = setting(context, "mining") === 1 ? "batch-hard" : "semi-hard";
    return tripletLoss(context.draft.operators, z, { mining, margin: setting(context, "margin") });
  },
};
