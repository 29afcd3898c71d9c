/**
 * @file Clusters that follow training (spherical k-means online, as in ClusterNS; arXiv 2506.11674): once the batch has spread enough, the samples of the first
 * batches become the centroids; from then on each moves towards the mean of its members. The authors add up sums without a norm; a mean and unit length do
 * not depend on the batch.
 */
import type { Random } from "../../base/random.ts";
import type { Draft } from "../step/draft.ts";
import type { Operators } from "../step/operators.ts";
import { unitRows } from "./unit-rows.ts";

export interface CentroidOptions {
  readonly count: number;
  readonly width: number;
  /** How far a centroid moves towards the mean of its members. */
  readonly rate: number;
  /** Clusters begin when the mean cosine of two samples of the batch is at most this. */
  readonly spread: number;
  readonly random: Random;
}

export interface Centroids {
  /** [n, count] cosines of unit rows with the centroids. */
  cosines(z: string): string;
  /** 1 once all centroids are there, before that 0: one number. */
  readonly isActive: string;
  /** What the samples of this step do to the clusters; once a step. */
  follow(z: string): void;
}

export function addCentroids(draft: Draft, { count, width, rate, spread, random }: CentroidOptions): Centroids {
  const { operators, builder } = draft;
  const state = draft.state("clusters/centroids", [count, width], () => unitRows(count, width, random));
  const seeded = draft.state("clusters/seeded", [1], () => new Float32Array(1));
  const isActive = builder.reshape(operators.exceeds(seeded, operators.number(count - 0.5)), []);
  const centroids = operators.detach(state);
  return {
    cosines: (z) => operators.products(z, centroids),
    isActive,
    follow: (given) => {
      const z = operators.detach(given);
      const [rows = 0] = operators.shape(z);
      const taken = Math.min(rows, count);
      const fresh = operators.rows(z, 0, taken);
      const shifted = taken === count ? fresh : operators.stack([fresh, operators.rows(state, 0, count - taken)]);
      const isOpen = operators.exceeds(
        operators.add(operators.exceeds(operators.number(spread + 1e-6), meanCosine(z, rows)), operators.builder.reshape(seeded, [])),
        operators.number(0.5),
      );
      const seeds = operators.multiply(isOpen, complement(isActive));
      draft.update(seeded, operators.add(seeded, operators.scale(seeds, taken)));
      const moved = operators.add(operators.multiply(towardsMembers(z), isActive), operators.multiply(state, complement(isActive)));
      draft.update(state, operators.add(operators.multiply(shifted, seeds), operators.multiply(moved, complement(seeds))));
    },
  };

  function complement(flag: string): string {
    return operators.shift(operators.scale(flag, -1), 1);
  }

  /** Of two different rows: the squared length of their sum holds every pair twice and each row once. */
  function meanCosine(z: string, rows: number): string {
    const sum = operators.sum(z, [0]);
    return operators.scale(operators.shift(operators.total(operators.multiply(sum, sum)), -rows), 1 / (rows * (rows - 1)));
  }

  function towardsMembers(z: string): string {
    const members = operators.argmax(operators.products(z, centroids));
    const sums = operators.matMul(operators.transpose(members), z);
    const sizes = operators.column(operators.sum(members, [0]));
    const hasMembers = operators.exceeds(sizes, operators.number(0.25));
    const means = operators.normalise(sums);
    const step = operators.scale(operators.multiply(operators.subtract(means, state), hasMembers), rate);
    return operators.normalise(operators.add(state, step));
  }
}

/** [n, k] cosines -> 1 for the nearest, and the cosine with the second nearest. */
export function nearestTwo(operators: Operators, cosines: string): { readonly nearest: string; readonly second: string } {
  const nearest = operators.argmax(cosines);
  const rest = operators.subtract(cosines, operators.scale(nearest, 4));
  return { nearest, second: operators.sum(operators.multiply(operators.argmax(rest), cosines), [1]) };
}
