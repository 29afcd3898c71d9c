/**
 * @file Supervised contrastive learning (Khosla et al. 2020): SimCLR in which pictures of one label attract too.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { supCon } from "../losses/sup-con.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const supcon: Method = {
  id: "supcon",
  title: "SupCon",
  summary: "all views of all pictures of one label attract, the rest repel",
  source: "Khosla et al. 2020, arXiv 2004.11362",
  needs: ["labels"],
  settings: {
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of the softmax over similarities" },
    base: { value: 0, low: 0, high: 10, help: "the loss is multiplied by temperature / base; 0: not (the authors' code: .07)" },
    views: { value: 2, low: 2, high: 8, whole: true, help: "views of each picture" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: (settings) => {
    const count = settings["views"] as number;
    return [{ name: "views", count, variants: Array<string>(count).fill("simclr"), scale: 1 }];
  },
  build: (context) => {
    const z = project(context, projector(context), context.online);
    const temperature = setting(context, "temperature");
    const base = setting(context, "base") || temperature;
    return supCon(context.draft.operators, z, { labels: context.labels(), temperature, base });
  },
};
