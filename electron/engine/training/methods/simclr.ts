/**
 * @file SimCLR (Chen et al. 2020).
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { ntXent } from "../losses/nt-xent.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const simclr: Method = {
  id: "simclr",
  title: "SimCLR",
  summary: "two views of a picture attract, all others repel (NT-Xent)",
  source: "Chen et al. 2020, arXiv 2002.05709",
  needs: [],
  settings: {
    temperature: { value: 0.2, low: 0.01, high: 10, help: "of the softmax over similarities" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const z = project(context, projector(context), context.online);
    return ntXent(context.draft.operators, z, setting(context, "temperature"));
  },
};
