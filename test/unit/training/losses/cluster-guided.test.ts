import { describe, expect, test } from "vitest";

import { clusterGuided } from "#engine/training/losses/cluster-guided.ts";
import { ntXent } from "#engine/training/losses/nt-xent.ts";
import { negativePairs, partnerCosines, withoutSelf } from "#engine/training/losses/pairs.ts";
import { nearestTwo } from "#engine/training/state/centroids.ts";
import type { Operators } from "#engine/training/step/operators.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import { unitAll } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

const guide = { hardWeight: 3, pull: 0.5, alpha: 0.2, beta: 0.5 };
const pairOf = (rows: number) => (row: number) => ({ self: row, positive: (row + rows / 2) % rows });

function views(operators: Operators, z: string, centroids: string, isActive: number): string {
  const [rows = 0] = operators.shape(z);
  const { nearest, second } = nearestTwo(operators, operators.products(z, centroids));
  return clusterGuided(operators, {
    cosines: operators.products(z, z),
    mask: withoutSelf(operators, rows),
    positives: partnerCosines(operators, z),
    hard: second,
    alike: operators.multiply(operators.products(nearest, nearest), negativePairs(operators, rows)),
    isActive: operators.number(isActive),
    sharpness: operators.number(5),
    ...guide,
  });
}

describe("clusterGuided", () => {
  test("value and gradient, views of pictures", () => {
    const centroids = unitAll(randomRows(3, 4, 77));
    return checkLoss({
      shapes: [[10, 4]],
      build: (operators, [z = ""]) =>
        views(
          operators,
          z,
          operators.matrix(3, 4, (row, column) => centroids[row]?.[column] as number),
          1,
        ),
      reference: (z) => {
        const clusters = reference.nearestCentroids(z, centroids);
        return reference.clusterGuided(z, z, pairOf(10), [clusters, clusters], { ...guide, centroids, temperature: 0.2 });
      },
    });
  });

  test("value and gradient, pictures against texts: pictures say who is of one cluster", () => {
    const centroids = unitAll(randomRows(2, 4, 78));
    return checkLoss({
      shapes: [
        [6, 4],
        [6, 4],
      ],
      build: (operators, [pictures = "", texts = ""]) => {
        const constant = operators.matrix(2, 4, (row, column) => centroids[row]?.[column] as number);
        const { nearest, second } = nearestTwo(operators, operators.products(pictures, constant));
        return clusterGuided(operators, {
          cosines: operators.products(pictures, texts),
          mask: null,
          positives: operators.sum(operators.multiply(pictures, texts), [1]),
          hard: second,
          alike: operators.multiply(
            operators.products(nearest, nearest),
            operators.matrix(6, 6, (row, column) => (row === column ? 0 : 1)),
          ),
          isActive: operators.number(1),
          sharpness: operators.number(5),
          ...guide,
        });
      },
      reference: (pictures, texts) => {
        const clusters = reference.nearestCentroids(pictures, centroids);
        const own = (row: number) => ({ self: null, positive: row });
        return reference.clusterGuided(pictures, texts, own, [clusters, clusters], { ...guide, centroids, temperature: 0.2 });
      },
    });
  });

  test("two orthogonal clusters, by hand", async () => {
    // All views of two pictures lie on the first axis, the centroids on both: the hard negative has the cosine 0, the others 1.
    const z = Array.from({ length: 4 }, () => [1, 0]);
    const axes = [
      [1, 0],
      [0, 1],
    ];
    const { outputs } = await runGraph([rowsInput(z), rowsInput(axes)], (operators, [rows = "", centroids = ""]) =>
      views(operators, rows, centroids, 1),
    );
    // ln(3 e^5 + 3 e^0) - 5 + .5 relu(0 + .2).
    expect(outputs[0]?.[0]).toBeCloseTo(Math.log(3 * Math.exp(5) + 3) - 5 + 0.5 * 0.2, 5);
  });

  test("before there are clusters it is NT-Xent", async () => {
    const z = unitAll(randomRows(8, 4, 3));
    const { outputs } = await runGraph(
      [rowsInput(z), rowsInput(unitAll(randomRows(3, 4, 4)))],
      (operators, [rows = "", centroids = ""]) => [views(operators, rows, centroids, 0), ntXent(operators, rows, 0.2)],
    );
    expect(outputs[0]?.[0]).toBeCloseTo(outputs[1]?.[0] as number, 5);
  });
});
