/**
 * @file Contrastive losses as their papers write them, one sum after the other. `z` is all pictures as the first view sees them, then as the second; rows
 * have unit length.
 */
import { dot, logSumExp, mean, softmax, type Rows } from "./vectors.ts";

function partnerOf(row: number, rows: number): number {
  return row < rows / 2 ? row + rows / 2 : row - rows / 2;
}

function cosine(z: Rows, one: number, other: number): number {
  return dot(z[one] as readonly number[], z[other] as readonly number[]);
}

function negativesOf(z: Rows, row: number): number[] {
  return z.flatMap((_, other) => (other === row || other === partnerOf(row, z.length) ? [] : [other]));
}

export function ntXent(z: Rows, temperature: number): number {
  return mean(
    z.map((_, row) => {
      const others = z.flatMap((__, other) => (other === row ? [] : [cosine(z, row, other) / temperature]));
      return logSumExp(others) - cosine(z, row, partnerOf(row, z.length)) / temperature;
    }),
  );
}

/** @param weight of a negative */
export function decoupled(
  z: Rows,
  temperature: number,
  sigma: number | null = null,
  weight: (row: number, other: number) => number = () => 1,
): number {
  const pairs = z.length / 2;
  const shares = sigma === null ? null : softmax(Array.from({ length: pairs }, (_, pair) => cosine(z, pair, pair + pairs) / sigma));
  return mean(
    z.map((_, row) => {
      const own = shares === null ? 1 : 2 - pairs * (shares[row % pairs] as number);
      const spread = Math.log(
        negativesOf(z, row).reduce((sum, other) => sum + weight(row, other) * Math.exp(cosine(z, row, other) / temperature), 0),
      );
      return spread - (own * cosine(z, row, partnerOf(row, z.length))) / temperature;
    }),
  );
}

export function hardNegatives(z: Rows, temperature: number, classPrior: number, hardness: number): number {
  const count = z.length - 2;
  return mean(
    z.map((_, row) => {
      const powers = negativesOf(z, row).map((other) => Math.exp(cosine(z, row, other) / temperature));
      const positive = Math.exp(cosine(z, row, partnerOf(row, z.length)) / temperature);
      const weights = powers.map((power) => power ** hardness);
      const sum = powers.reduce((total, power, at) => total + power * (weights[at] as number), 0) / mean(weights);
      const total = Math.max((sum - classPrior * count * positive) / (1 - classPrior), count * Math.exp(-1 / temperature));
      return -Math.log(positive / (positive + total));
    }),
  );
}

/** @param labels of the pictures; below 0: none */
export function supCon(z: Rows, labels: readonly number[], temperature: number, base: number): number {
  const images = labels.length;
  const terms = z.map((_, row) => {
    const label = labels[row % images] as number;
    const positives = z.flatMap((__, other) => {
      const isAlike = other % images === row % images || (label >= 0 && labels[other % images] === label);
      return isAlike && other !== row ? [other] : [];
    });
    const spread = logSumExp(z.flatMap((__, other) => (other === row ? [] : [cosine(z, row, other) / temperature])));
    return mean(positives.map((other) => cosine(z, row, other) / temperature - spread));
  });
  return (-temperature / base) * mean(terms);
}

export function infoNce(queries: Rows, keys: Rows, queue: Rows, temperature: number): number {
  return mean(
    queries.map((query, row) => {
      const own = dot(query, keys[row] as readonly number[]) / temperature;
      return logSumExp([own, ...queue.map((key) => dot(query, key) / temperature)]) - own;
    }),
  );
}

export function triplets(z: Rows, mining: "semi-hard" | "batch-hard", margin: number): number {
  const distance = (one: number, other: number): number => {
    const squared = (z[one] as readonly number[]).reduce((sum, value, at) => sum + (value - (z[other]?.[at] as number)) ** 2, 0);
    return mining === "semi-hard" ? squared : Math.sqrt(squared);
  };
  return mean(
    z.map((_, row) => {
      const positive = distance(row, partnerOf(row, z.length));
      const negatives = negativesOf(z, row).map((other) => distance(row, other));
      const farther = negatives.filter((each) => each > positive);
      const semiHard = farther.length > 0 ? Math.min(...farther) : Math.max(...negatives);
      return Math.max(0, positive - (mining === "semi-hard" ? semiHard : Math.min(...negatives)) + margin);
    }),
  );
}

export interface ClusterGuide {
  readonly centroids: Rows;
  readonly temperature: number;
  readonly hardWeight: number;
  readonly pull: number;
  readonly alpha: number;
  readonly beta: number;
}

/** Each anchor against candidates; `own` says which candidate is the anchor itself (or null) and which its positive. */
export function clusterGuided(
  anchors: Rows,
  candidates: Rows,
  own: (row: number) => { readonly self: number | null; readonly positive: number },
  /** [anchors], [candidates] */
  clusters: readonly [readonly number[], readonly number[]],
  { centroids, temperature, hardWeight, pull, alpha, beta }: ClusterGuide,
): number {
  const band: number[] = [];
  const contrast = anchors.map((anchor, row) => {
    const { self, positive } = own(row);
    const likeness = candidates.map((candidate) => dot(anchor, candidate));
    const toCentroids = centroids.map((centroid) => dot(anchor, centroid)).sort((one, other) => other - one);
    const reach = likeness[positive] as number;
    likeness.forEach((value, at) => {
      if (at === self || at === positive || clusters[0][row] !== clusters[1][at]) return;
      const apart = value - reach;
      band.push(Math.max(0, apart + alpha) + Math.max(0, -apart - beta));
    });
    const logits = likeness.flatMap((value, at) => (at === self ? [] : [value / temperature]));
    return logSumExp([...logits, (toCentroids[1] as number) / temperature + Math.log(hardWeight)]) - reach / temperature;
  });
  return mean(contrast) + (band.length === 0 ? 0 : pull * mean(band));
}

export function nearestCentroids(z: Rows, centroids: Rows): number[] {
  return z.map((row) => {
    const cosines = centroids.map((centroid) => dot(row, centroid));
    return cosines.indexOf(Math.max(...cosines));
  });
}
