/**
 * @file DenseCL (Wang et al. 2021): beside the whole pictures also their places are compared, for detectors and segmenters. Negatives come from the batch (SimCLR's
 * way) or from queues filled by a slow copy (MoCo's, the paper's).
 */
import { mlp } from "../heads/mlp.ts";
import { projector, projectorSettings, setting } from "../heads/projector.ts";
import { denseContrast } from "../losses/dense-contrast.ts";
import { denseMatches } from "../losses/dense-matches.ts";
import { infoNce } from "../losses/info-nce.ts";
import { ntXent } from "../losses/nt-xent.ts";
import { excluded } from "../losses/pairs.ts";
import { addQueue } from "../state/queue.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method, MethodContext, Weights } from "./method.ts";
import { partsOf } from "./moco.ts";

export const dense: Method = {
  id: "dense",
  title: "DenseCL",
  summary: "places of two views that show the same attract, besides the whole pictures",
  source: "Wang et al. 2021, arXiv 2011.09157",
  needs: [],
  settings: {
    temperature: { value: 0.2, low: 0.01, high: 10, help: "of the softmax over similarities" },
    share: { value: 0.5, low: 0, high: 1, help: "weight of the places; the whole pictures have the rest" },
    queue: { value: 0, low: 0, high: 65536, whole: true, help: "keys kept from a slow copy; 0: negatives of the batch, no copy" },
    momentum: { value: 0.99, low: 0, high: 0.9999, help: "how much the slow copy keeps of itself at each step" },
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["moco", "moco"], scale: 1 }],
  build: (context) => {
    const { operators } = context.draft;
    const [whole, places] = setting(context, "queue") === 0 ? withinBatch(context) : withQueues(context);
    const share = setting(context, "share");
    context.draft.metric("places", places);
    return operators.add(operators.scale(whole, 1 - share), operators.scale(places, share));
  },
};

interface Encoded {
  /** [2n, d] unit rows. */
  readonly whole: string;
  /** [2n, places, channels] of the backbone. */
  readonly features: string;
  /** [2n, places, d] unit rows. */
  readonly places: string;
  /** [2n, d] unit rows: means over the places. */
  readonly means: string;
}

type Heads = (weights: Weights, parts?: { readonly parts: number; readonly isShuffled: boolean }) => Encoded;

function addHeads(context: MethodContext): Heads {
  const { draft, dimensions } = context;
  const { operators, builder } = draft;
  const head = projector(context);
  const numbers = setting(context, "projection");
  let placesHead: ReturnType<typeof mlp> | null = null;
  return (weights, parts) => {
    const whole = operators.normalise(head.apply(context.encode("views", weights, parts ?? {}), weights));
    const map = context.featureMap("views", weights);
    const [rows = 0, channels = 0, height = 1, width = 1] = operators.shape(map);
    const features = operators.permute(builder.reshape(map, [rows, channels, height * width]), [0, 2, 1]);
    placesHead ??= mlp(context, {
      name: "places",
      sizes: [channels, setting(context, "hidden") || dimensions, numbers],
      norm: setting(context, "norm") === 1,
    });
    const flat = placesHead.apply(builder.reshape(features, [rows * height * width, channels]), weights);
    const raw = builder.reshape(flat, [rows, height * width, numbers]);
    return { whole, features, places: operators.normalise(raw), means: operators.normalise(operators.mean(raw, [1])) };
  };
}

function withinBatch(context: MethodContext): [whole: string, places: string] {
  const { draft, images, online } = context;
  const { operators, builder } = draft;
  const temperature = setting(context, "temperature");
  const encoded = addHeads(context)(online);
  const own = operators.matrix(images, 2 * images, (row, column) => (column % images === row ? excluded : 0));
  const mask = builder.reshape(own, [images, 1, 2 * images]);
  const losses = bothWays(context, encoded, encoded).map((pair) =>
    denseContrast(operators, { ...pair, negatives: encoded.means, mask, temperature }),
  );
  return [ntXent(operators, encoded.whole, temperature), operators.scale(operators.add(...losses), 0.5)];
}

function withQueues(context: MethodContext): [whole: string, places: string] {
  const { draft, images, online, random } = context;
  const { operators } = draft;
  const temperature = setting(context, "temperature");
  const slow = context.momentum(operators.number(setting(context, "momentum")), "before");
  const heads = addHeads(context);
  const parts = partsOf(images, 8);
  const asked = heads(online, { parts, isShuffled: false });
  const keys = heads(slow, { parts, isShuffled: true });
  const length = Math.max(2 * images, setting(context, "queue"));
  const width = setting(context, "projection");
  const wholeQueue = addQueue(draft, { name: "whole", length, width, random });
  const placeQueue = addQueue(draft, { name: "places", length, width, random });
  const wholeKeys = operators.detach(
    operators.stack([operators.rows(keys.whole, images, 2 * images), operators.rows(keys.whole, 0, images)]),
  );
  const whole = infoNce(operators, { queries: asked.whole, keys: wholeKeys, negatives: wholeQueue.value, temperature });
  const losses = bothWays(context, asked, keys).map(({ queries, keys: matched }) =>
    denseContrast(operators, { queries, keys: operators.detach(matched), negatives: placeQueue.value, mask: null, temperature }),
  );
  wholeQueue.enqueue(keys.whole);
  placeQueue.enqueue(keys.means);
  return [whole, operators.scale(operators.add(...losses), 0.5)];
}

/** Places of the first view with their matches in the second, and the other way round. */
function bothWays(
  { draft, images }: MethodContext,
  asked: Encoded,
  answered: Encoded,
): { readonly queries: string; readonly keys: string }[] {
  const { operators } = draft;
  const view = (value: string, at: number): string => operators.rows(value, at * images, (at + 1) * images);
  return [0, 1].map((at) => ({
    queries: view(asked.places, at),
    keys: denseMatches(operators, {
      from: view(asked.features, at),
      to: view(answered.features, 1 - at),
      keys: view(answered.places, 1 - at),
    }),
  }));
}
