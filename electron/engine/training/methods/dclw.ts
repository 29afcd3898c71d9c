/**
 * @file DCLW (Yeh et al. 2022): DCL in which pairs of views that are still far apart count more.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { decoupled } from "../losses/decoupled.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const dclw: Method = {
  id: "dclw",
  title: "DCLW",
  summary: "DCL in which pairs that are far apart count more",
  source: "Yeh et al. 2022, arXiv 2110.06848",
  needs: [],
  settings: {
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of the softmax over similarities" },
    sigma: { value: 0.5, low: 0.05, high: 10, help: "the larger, the more alike the pairs' weights" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const z = project(context, projector(context), context.online);
    const options = { temperature: setting(context, "temperature"), sigma: setting(context, "sigma") };
    return decoupled(context.draft.operators, z, options);
  },
};
