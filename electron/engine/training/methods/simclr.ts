/**
 * @file SimCLR (Chen et al. 2020).
 */
import { mlp } from "../heads/mlp.ts";
import { ntXent } from "../losses/nt-xent.ts";
import type { Method } from "./method.ts";

export const simclr: Method = {
  id: "simclr",
  title: "SimCLR",
  summary: "two views of a picture attract, all others repel (NT-Xent)",
  source: "Chen et al. 2020, arXiv 2002.05709",
  needs: [],
  settings: {
    temperature: { value: 0.2, low: 0.01, high: 10, help: "of the softmax over similarities" },
    hidden: { value: 0, low: 0, high: 8192, whole: true, help: "hidden numbers of the head; 0: as many as the embedding" },
    projection: { value: 128, low: 2, high: 4096, whole: true, help: "numbers that are compared" },
    norm: { value: 1, low: 0, high: 1, whole: true, help: "1: BatchNormalization in the head" },
  },
  defaults: {
    scratch: { optimizer: "sgd", rate: 0.06, perImages: 128, decay: 5e-4 },
    tune: { optimizer: "adamw", rate: 1e-4, perImages: 64, decay: 0.05 },
  },
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const { draft, settings, dimensions, online } = context;
    const { operators } = draft;
    const hidden = settings["hidden"] || dimensions;
    const head = mlp(context, {
      name: "projector",
      sizes: [dimensions, hidden, settings["projection"] as number],
      norm: settings["norm"] === 1,
    });
    const z = operators.normalise(head.apply(context.encode("views", online), online));
    return ntXent(operators, z, settings["temperature"] as number);
  },
};
