/**
 * @file CLIP (Radford et al. 2021) on a table of pictures and texts: the encoder and a small text tower of our own meet in one space. With clusters, negatives among
 * the other modality are guided by them (arXiv 2506.11674).
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { textTower, type TowerContext } from "../heads/text-tower.ts";
import { clusterGuided } from "../losses/cluster-guided.ts";
import { symmetricCrossEntropy } from "../losses/symmetric-cross-entropy.ts";
import { nearestTwo } from "../state/centroids.ts";
import { centroidsOf, clusterOptions, clusterSettings } from "./cluster.ts";
import type { Method, MethodContext, Settings } from "./method.ts";

/** The authors' bound: sharper only makes it unstable. */
const mostSharpness = 100;

export const clip: Method = {
  id: "clip",
  title: "CLIP",
  summary: "pictures and their texts find each other",
  source: "Radford et al. 2021, arXiv 2103.00020",
  needs: ["pairs"],
  settings: {
    temperature: { value: 0.07, low: 0.01, high: 1, help: "at first; it is learnt" },
    vocabulary: { value: 1024, low: 258, high: 32768, whole: true, help: "pieces of text that are told apart" },
    length: { value: 24, low: 2, high: 256, whole: true, help: "pieces of a text that are read" },
    width: { value: 128, low: 8, high: 1024, whole: true, help: "numbers for a piece of text" },
    layers: { value: 0, low: 0, high: 12, whole: true, help: "layers of attention in the text tower; 0: a bag of pieces" },
    heads: { value: 4, low: 1, high: 16, whole: true, help: "heads of attention" },
    clusters: { value: 0, low: 0, high: 4096, whole: true, help: "clusters of pictures that guide the negatives; 0: none" },
    ...clusterSettings,
    ...projectorSettings,
  },
  defaults: {
    scratch: { optimizer: "adamw", rate: 5e-4, perImages: 64, decay: 0.05 },
    tune: { optimizer: "adamw", rate: 1e-4, perImages: 64, decay: 0.05 },
  },
  views: () => [{ name: "views", count: 1, variants: ["mild"], scale: 1 }],
  build: (context) => {
    const { draft, online } = context;
    const { operators, builder } = draft;
    const pictures = project(context, projector(context), online);
    const tokens = context.tokens(setting(context, "length"));
    const texts = textsOf(context, context.settings, tokens);
    const logarithm = draft.parameter("clip/sharpness", [1], () => Float32Array.of(-Math.log(setting(context, "temperature"))), {
      after: (value) => builder.node("Clip", [value, operators.number(0), operators.number(Math.log(mostSharpness))]),
    });
    const sharpness = operators.unary("Exp", online.of(logarithm));
    draft.metric("sharpness", sharpness);
    const cosines = operators.products(pictures, texts);
    if (setting(context, "clusters") === 0) return symmetricCrossEntropy(operators, operators.multiply(cosines, sharpness));
    return guided(context, { pictures, texts, cosines, sharpness });
  },
};

/** Unit rows. @param tokens [n, length] */
export function textsOf(context: TowerContext, settings: Settings, tokens: string, looksUp = false): string {
  const number = (name: string): number => settings[name] as number;
  const options = {
    tokens,
    vocabulary: number("vocabulary"),
    width: number("width"),
    layers: number("layers"),
    heads: number("heads"),
    outputs: number("projection"),
    looksUp,
  };
  return context.draft.operators.normalise(textTower(context, options));
}

/** Pictures say which pairs are of one cluster; each modality finds its own hard negative among the centroids. */
function guided(
  context: MethodContext,
  { pictures, texts, cosines, sharpness }: { pictures: string; texts: string; cosines: string; sharpness: string },
): string {
  const { draft, images } = context;
  const { operators } = draft;
  const centroids = centroidsOf(context, setting(context, "clusters"));
  const near = nearestTwo(operators, centroids.cosines(pictures));
  const others = operators.matrix(images, images, (row, column) => (row === column ? 0 : 1));
  const alike = operators.multiply(operators.products(near.nearest, near.nearest), others);
  const positives = operators.sum(operators.multiply(pictures, texts), [1]);
  const shared = { mask: null, positives, alike, isActive: centroids.isActive, sharpness, ...clusterOptions(context) };
  centroids.follow(pictures);
  const losses = [
    clusterGuided(operators, { ...shared, cosines, hard: near.second }),
    clusterGuided(operators, {
      ...shared,
      cosines: operators.transpose(cosines),
      hard: nearestTwo(operators, centroids.cosines(texts)).second,
    }),
  ];
  return operators.scale(operators.add(...losses), 0.5);
}
