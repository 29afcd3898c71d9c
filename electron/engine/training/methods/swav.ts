/**
 * @file SwAV (Caron et al. 2020): every crop predicts to which prototypes the whole views were assigned. Prototypes keep unit length and stand still at first;
 * small crops may join; a queue of earlier embeddings helps the assignment where the batch is smaller than the number of prototypes.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { sinkhorn } from "../losses/sinkhorn.ts";
import { swappedPrediction } from "../losses/swapped-prediction.ts";
import { addQueue, queueLength } from "../state/queue.ts";
import { unitRows } from "../state/unit-rows.ts";
import type { Method, MethodContext } from "./method.ts";

export const swav: Method = {
  id: "swav",
  title: "SwAV",
  summary: "views agree on soft clusters that all get about as much",
  source: "Caron et al. 2020, arXiv 2006.09882",
  needs: [],
  settings: {
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of the softmax over prototypes" },
    prototypes: { value: 0, low: 0, high: 65536, whole: true, help: "0: one for 15 pictures, from 8 to 3000" },
    epsilon: { value: 0.05, low: 0.02, high: 1, help: "smaller: harder assignments; .03 where the loss stays at ln(prototypes)" },
    crops: { value: 0, low: 0, high: 8, whole: true, help: "small crops of each picture beside the two views" },
    queue: {
      value: -1,
      low: -1,
      high: 65536,
      whole: true,
      help: "earlier embeddings that join the assignment; -1: a quarter of the pictures, at most 3840; 0: none",
    },
    queueFrom: { value: 0.1, low: 0, high: 1, help: "part of the training after which the queue is used" },
    frozen: { value: 0.02, low: 0, high: 1, help: "part of the training in which prototypes stand still" },
    ...projectorSettings,
  },
  defaults: {
    scratch: { optimizer: "adam", rate: 1e-3, perImages: 128, decay: 1e-6 },
    tune: { optimizer: "adamw", rate: 1e-4, perImages: 64, decay: 0.05 },
  },
  views: (settings) => {
    const crops = settings["crops"] as number;
    const whole = { name: "views", count: 2, variants: ["swav", "swav"], scale: 1 };
    return crops === 0 ? [whole] : [whole, { name: "crops", count: crops, variants: Array<string>(crops).fill("swav.local"), scale: 0.5 }];
  },
  scalars: (settings, progress) => ({
    prototypesMove: progress < (settings["frozen"] as number) ? 0 : 1,
    ...(settings["queue"] === 0 ? {} : { queueCounts: progress < (settings["queueFrom"] as number) ? 0 : 1 }),
  }),
  build: (context) => {
    const { draft, online, images } = context;
    const { operators } = draft;
    const head = projector(context);
    const prototypes = addPrototypes(context);
    const views = project(context, head, online);
    const crops = setting(context, "crops");
    const all = crops === 0 ? views : operators.stack([views, project(context, head, online, "crops")]);
    const scores = operators.products(all, prototypes);
    const own = Array.from({ length: 2 + crops }, (_, crop) => operators.rows(scores, crop * images, (crop + 1) * images));
    const options = { epsilon: setting(context, "epsilon"), iterations: 3 };
    const codes = [0, 1].map((view) => {
      const queued =
        setting(context, "queue") === 0
          ? null
          : queuedScores(context, prototypes, operators.rows(views, view * images, (view + 1) * images), view);
      const mine = own[view] as string;
      if (queued === null) return sinkhorn(operators, mine, options);
      const assigned = sinkhorn(operators, operators.stack([mine, queued.scores]), { ...options, presence: queued.presence });
      return operators.rows(assigned, 0, images);
    });
    return swappedPrediction(operators, { codes, scores: own, temperature: setting(context, "temperature") });
  },
};

/** @param asked 0: as many as suit the collection */
export function prototypeCount(asked: number, population: number): number {
  return asked || Math.min(3000, Math.max(8, Math.round(population / 15)));
}

/** Embeddings in the queue at most, where nobody asks for a number. */
export const longestQueue = 3840;

/** [k, d], made unit length again after each step. */
function addPrototypes(context: MethodContext): string {
  const { draft, population, random } = context;
  const count = prototypeCount(setting(context, "prototypes"), population);
  const width = setting(context, "projection");
  return draft.parameter("prototypes", [count, width], () => unitRows(count, width, random), {
    rateScale: draft.scalar("prototypesMove"),
    after: (value) => draft.operators.normalise(value),
  });
}

/** Scores of earlier embeddings of this view, which count from some step on, and the queue's next state. */
function queuedScores(
  context: MethodContext,
  prototypes: string,
  fresh: string,
  view: number,
): { readonly scores: string; readonly presence: string } {
  const { draft, population, images, random } = context;
  const { operators } = draft;
  const length = queueLength({ asked: setting(context, "queue"), population, batch: images, most: longestQueue });
  const queue = addQueue(draft, { name: `view${view}`, length, width: setting(context, "projection"), random });
  queue.enqueue(fresh);
  const counts = operators.multiply(
    operators.matrix(length, 1, () => 1),
    draft.scalar("queueCounts"),
  );
  return { scores: operators.products(queue.value, prototypes), presence: operators.stack([operators.matrix(images, 1, () => 1), counts]) };
}
