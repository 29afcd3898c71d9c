/**
 * @file Debiased contrastive learning (Chuang et al. 2020): some negatives are of the picture's own kind, and their share is taken off the sum.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { hardNegatives } from "../losses/hard-negatives.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const debiased: Method = {
  id: "debiased",
  title: "Debiased",
  summary: "SimCLR that expects a share of its negatives to be of the picture's own kind",
  source: "Chuang et al. 2020, arXiv 2007.00224",
  needs: [],
  settings: {
    temperature: { value: 0.5, low: 0.05, high: 10, help: "of the softmax over similarities" },
    prior: { value: 0.1, low: 0, high: 0.9, help: "expected share of negatives of the own kind, about 1 / kinds" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const z = project(context, projector(context), context.online);
    const options = { temperature: setting(context, "temperature"), classPrior: setting(context, "prior"), hardness: 0 };
    return hardNegatives(context.draft.operators, z, options);
  },
};
