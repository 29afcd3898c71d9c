/**
 * @file MoCo v2 (He et al. 2019; Chen et al. 2020): queries of the network against keys of a slow copy and a queue of earlier keys. Order: the copy moves, keys are
 * made, the loss is taken, and only then the keys enter the queue. BatchNormalization sees parts of the batch, others for keys than for queries, so that it
 * cannot tell which belong together (the shuffling of the paper, on one machine).
 */
import { projector, projectorSettings, setting } from "../heads/projector.ts";
import { infoNce } from "../losses/info-nce.ts";
import { addQueue, queueLength } from "../state/queue.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method } from "./method.ts";

export const moco: Method = {
  id: "moco",
  title: "MoCo v2",
  summary: "views find their key, made by a slow copy of the network, among a queue of earlier keys",
  source: "He et al. 2019, arXiv 1911.05722; Chen et al. 2020, arXiv 2003.04297",
  needs: [],
  settings: {
    temperature: { value: 0.2, low: 0.01, high: 10, help: "of the softmax over similarities" },
    queue: { value: 0, low: 0, high: 65536, whole: true, help: "keys kept; 0: a quarter of the pictures, at most 4096" },
    momentum: { value: 0.99, low: 0, high: 0.9999, help: "how much the slow copy keeps of itself at each step" },
    parts: { value: 8, low: 1, high: 64, whole: true, help: "parts of the batch that BatchNormalization looks at alone" },
    symmetric: { value: 1, low: 0, high: 1, whole: true, help: "1: each view is query and key in turn" },
    ...projectorSettings,
    norm: { ...projectorSettings.norm, value: 0 },
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["moco", "moco"], scale: 1 }],
  build: (context) => {
    const { draft, online, images, population } = context;
    const { operators } = draft;
    const head = projector(context);
    const slow = context.momentum(operators.number(setting(context, "momentum")), "before");
    const parts = partsOf(images, setting(context, "parts"));
    const isSymmetric = setting(context, "symmetric") === 1;
    const directions = isSymmetric ? [0, 1] : [0];
    const queries = directions.map((view) => {
      const rows = context.encode("views", online, { parts, views: [view, view + 1] });
      return operators.normalise(head.apply(rows, online));
    });
    const keys = directions.map((view) => {
      const rows = context.encode("views", slow, { parts, views: [1 - view, 2 - view], isShuffled: true });
      return operators.detach(operators.normalise(head.apply(rows, slow)));
    });
    const length = queueLength({ asked: setting(context, "queue"), population, batch: directions.length * images, most: longestQueue });
    const queue = addQueue(draft, { name: "keys", length, width: setting(context, "projection"), random: context.random });
    const temperature = setting(context, "temperature");
    const losses = directions.map((at) =>
      infoNce(operators, { queries: queries[at] as string, keys: keys[at] as string, negatives: queue.value, temperature }),
    );
    queue.enqueue(operators.stack(keys));
    return operators.scale(operators.add(...losses), 1 / losses.length);
  },
};

/** Keys in the queue at most, where nobody asks for a number. */
export const longestQueue = 4096;

/** The largest number of equal parts with at least four pictures each, at most as many as asked for. */
export function partsOf(images: number, asked: number): number {
  for (let parts = Math.min(asked, Math.floor(images / 4)); parts > 1; parts--) if (images % parts === 0) return parts;
  return 1;
}
