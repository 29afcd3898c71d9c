/**
 * @file LeJEPA (Balestriero and LeCun 2025): views of a picture fall together while the whole batch is held to a standard normal distribution. No negatives, no
 * queue, no copies.
 */
import { projector, projectorSettings, setting } from "../heads/projector.ts";
import { sigReg } from "../losses/sig-reg.ts";
import { viewSpread } from "../losses/view-spread.ts";
import { addDirections } from "../state/directions.ts";
import type { Method } from "./method.ts";

export const lejepa: Method = {
  id: "lejepa",
  title: "LeJEPA",
  summary: "views of a picture fall together, the batch stays normally distributed",
  source: "Balestriero and LeCun 2025, arXiv 2511.08544",
  needs: [],
  settings: {
    share: { value: 0.05, low: 0, high: 1, help: "weight of the distribution; falling together has the rest" },
    views: { value: 4, low: 2, high: 16, whole: true, help: "views of each picture" },
    slices: {
      value: 256,
      low: 8,
      high: 4096,
      whole: true,
      help: "directions along which the distribution is looked at, others at each step",
    },
    ...projectorSettings,
    projection: { ...projectorSettings.projection, value: 64 },
  },
  defaults: {
    scratch: { optimizer: "adamw", rate: 1e-3, perImages: 64, decay: 0.05 },
    tune: { optimizer: "adamw", rate: 1e-4, perImages: 64, decay: 0.05 },
  },
  views: (settings) => {
    const count = settings["views"] as number;
    return [{ name: "views", count, variants: Array<string>(count).fill("simclr"), scale: 1 }];
  },
  build: (context) => {
    const { draft, online, images, random } = context;
    const { operators } = draft;
    const views = setting(context, "views");
    const share = setting(context, "share");
    const z = projector(context).apply(context.encode("views", online), online);
    const directions = addDirections(draft, setting(context, "slices"), setting(context, "projection"), random);
    const shapes = Array.from({ length: views }, (_, view) =>
      sigReg(operators, operators.rows(z, view * images, (view + 1) * images), directions),
    );
    const shape = operators.scale(operators.add(...shapes), 1 / views);
    const spread = viewSpread(operators, z, views);
    draft.metric("shape", shape);
    draft.metric("spread", spread);
    return operators.add(operators.scale(shape, share), operators.scale(spread, 1 - share));
  },
};
