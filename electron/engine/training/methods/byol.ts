/**
 * @file BYOL (Grill et al. 2020): a predictor guesses what a slow copy of the network makes of the other view. No negatives; the predictor, the slow copy and
 * BatchNormalization in the heads keep it from collapsing.
 */
import { mlp } from "../heads/mlp.ts";
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { cosineRegression } from "../losses/cosine-regression.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const byol: Method = {
  id: "byol",
  title: "BYOL",
  summary: "a predictor guesses what a slow copy of the network makes of the other view",
  source: "Grill et al. 2020, arXiv 2006.07733",
  needs: [],
  settings: {
    momentum: {
      value: 0.9,
      low: 0,
      high: 0.9999,
      help: "how much the slow copy keeps of itself at first; it ends at 1 (.9 for 20 epochs, .97 for 40, .99 for 100)",
    },
    predictor: { value: 0, low: 0, high: 8192, whole: true, help: "hidden numbers of the predictor; 0: as many as the embedding" },
    ...projectorSettings,
    projection: { ...projectorSettings.projection, value: 256 },
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["byol.first", "byol.second"], scale: 1 }],
  scalars: (settings, progress) => ({ keep: keepAt(settings["momentum"] as number, progress) }),
  build: (context) => {
    const { draft, online, dimensions, images } = context;
    const { operators } = draft;
    const slow = context.momentum(draft.scalar("keep"), "after");
    const head = projector(context);
    const numbers = setting(context, "projection");
    const predictor = mlp(context, {
      name: "predictor",
      sizes: [numbers, setting(context, "predictor") || dimensions, numbers],
      norm: setting(context, "norm") === 1,
    });
    const projected = head.apply(context.encode("views", online), online);
    const predictions = operators.normalise(predictor.apply(projected, online));
    const targets = operators.detach(project(context, head, slow));
    const swapped = operators.stack([operators.rows(targets, images, 2 * images), operators.rows(targets, 0, images)]);
    // Both directions are added up, as in the paper: twice the mean.
    return operators.scale(cosineRegression(operators, predictions, swapped), 2);
  },
};

/** From `first` to 1 along half a cosine. */
export function keepAt(first: number, progress: number): number {
  return 1 - ((1 - first) * (Math.cos(Math.PI * progress) + 1)) / 2;
}
