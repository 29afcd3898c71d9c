/**
 * @file DCL (Yeh et al. 2022): SimCLR that does not mind small batches.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { decoupled } from "../losses/decoupled.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const dcl: Method = {
  id: "dcl",
  title: "DCL",
  summary: "SimCLR with the positive left out of the sum: better in small batches",
  source: "Yeh et al. 2022, arXiv 2110.06848",
  needs: [],
  settings: {
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of the softmax over similarities" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const z = project(context, projector(context), context.online);
    return decoupled(context.draft.operators, z, { temperature: setting(context, "temperature") });
  },
};
