/**
 * @file Cluster-guided negatives (Deng et al. 2023, ClusterNS; arXiv 2506.11674), for pictures alone: SimCLR with a hard negative from a neighbouring cluster, and
 * pictures of the same cluster held below the positive instead of pushed away for good.
 */
import { project, projector, projectorSettings, setting } from "../heads/projector.ts";
import { clusterGuided } from "../losses/cluster-guided.ts";
import { negativePairs, partnerCosines, withoutSelf } from "../losses/pairs.ts";
import { addCentroids, nearestTwo } from "../state/centroids.ts";
import { contrastiveDefaults } from "./defaults.ts";
import type { Method, MethodContext, SettingSpec } from "./method.ts";

/** Also of `clip`, where clusters of pictures guide the negatives among texts. */
export const clusterSettings = {
  clusterRate: { value: 0.05, low: 0, high: 1, help: "how far a centroid moves towards the mean of its members at each step" },
  spread: { value: 0.4, low: -1, high: 1, help: "clusters begin when the mean cosine of two pictures is at most this" },
  hardWeight: { value: 3, low: 0.01, high: 100, help: "how often the centroid of the second nearest cluster counts as a negative" },
  pull: { value: 0.1, low: 0, high: 100, help: "weight of the band in which pictures of one cluster are held" },
  bandTop: { value: 0.2, low: 0, high: 2, help: "the band ends so far below the cosine of the two views" },
  bandBottom: { value: 0.5, low: 0, high: 2, help: "the band begins so far below the cosine of the two views" },
} satisfies Readonly<Record<string, SettingSpec>>;

export const cluster: Method = {
  id: "cluster",
  title: "Cluster-guided negatives",
  summary: "the second nearest cluster is a hard negative, members of the own cluster are spared",
  source: "Deng et al. 2023 (ClusterNS), arXiv 2305.09892; arXiv 2506.11674",
  needs: [],
  settings: {
    temperature: { value: 0.1, low: 0.01, high: 10, help: "of the softmax over similarities" },
    clusters: { value: 0, low: 0, high: 4096, whole: true, help: "0: one for 30 pictures, from 4 to 128" },
    ...clusterSettings,
    ...projectorSettings,
  },
  defaults: contrastiveDefaults,
  views: () => [{ name: "views", count: 2, variants: ["simclr", "simclr"], scale: 1 }],
  build: (context) => {
    const { draft, population, online } = context;
    const { operators } = draft;
    const z = project(context, projector(context), online);
    const [rows = 0] = operators.shape(z);
    const count = setting(context, "clusters") || Math.min(128, Math.max(4, Math.round(population / 30)));
    const centroids = centroidsOf(context, count);
    const { nearest, second } = nearestTwo(operators, centroids.cosines(z));
    centroids.follow(z);
    return clusterGuided(operators, {
      cosines: operators.products(z, z),
      mask: withoutSelf(operators, rows),
      positives: partnerCosines(operators, z),
      hard: second,
      alike: operators.multiply(operators.products(nearest, nearest), negativePairs(operators, rows)),
      isActive: centroids.isActive,
      sharpness: operators.number(1 / setting(context, "temperature")),
      ...clusterOptions(context),
    });
  },
};

export function centroidsOf(context: MethodContext, count: number): ReturnType<typeof addCentroids> {
  return addCentroids(context.draft, {
    count,
    width: setting(context, "projection"),
    rate: setting(context, "clusterRate"),
    spread: setting(context, "spread"),
    random: context.random,
  });
}

export function clusterOptions(context: MethodContext): { hardWeight: number; pull: number; alpha: number; beta: number } {
  return {
    hardWeight: setting(context, "hardWeight"),
    pull: setting(context, "pull"),
    alpha: setting(context, "bandTop"),
    beta: setting(context, "bandBottom"),
  };
}
