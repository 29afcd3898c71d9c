/**
 * @file Hard negatives (Robinson et al. 2021): the debiased loss in which near negatives count more.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { hardNegatives } from "../losses/hard-negatives.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const hcl: Method = {
  id: "hcl",
  title: "HCL",
  summary: "near negatives count more, a share of them expected to be of the picture's own kind",
  source: "Robinson et al. 2021, arXiv 2010.04592",
  needs: [],
  settings: {
    temperature: { value: 0.5, low: 0.05, high: 10, help: "of the softmax over similarities" },
    prior: { value: 0.1, low: 0, high: 0.9, help: "expected share of negatives of the own kind, about 1 / kinds" },
    hardness: { value: 1, low: 0, high: 8, help: "how much nearer negatives count more; 0: not at all" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const z = project(context, projector(context), context.online);
    return hardNegatives(context.draft.operators, z, {
      temperature: setting(context, "temperature"),
      classPrior: setting(context, "prior"),
      hardness: setting(context, "hardness"),
    });
  },
};
