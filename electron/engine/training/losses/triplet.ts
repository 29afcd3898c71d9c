/**
 * @file Triplets (Schroff et al. 2015, FaceNet, arXiv 1503.03832): each view lies nearer to its partner than to a negative chosen within the batch.
 *
 *   semi-hard: d = squared length; the nearest negative farther than the positive, where there is none the farthest negative
 *   batch-hard (Hermans et al. 2017, arXiv 1703.07737): d = length; the nearest negative
 *   L = mean_i max(0, d_ip - d_in + margin)
 */
import type { Operators } from "../step/operators.ts";
import { excluded, negativePairs, onlyNegatives, partnerCosines } from "./pairs.ts";

export type Mining = "semi-hard" | "batch-hard";

export interface TripletOptions {
  readonly mining: Mining;
  readonly margin: number;
}

/** @param z [2n, d] unit rows, first views then second ones */
export function triplet(operators: Operators, z: string, { mining, margin }: TripletOptions): string {
  const [rows = 0] = operators.shape(z);
  const distance = (cosines: string): string => {
    const squared = operators.shift(operators.scale(cosines, -2), 2);
    // The root of 0 has no gradient.
    return mining === "semi-hard" ? squared : operators.unary("Sqrt", operators.atLeast(squared, 1e-12));
  };
  const distances = distance(operators.products(z, z));
  const positive = distance(partnerCosines(operators, z));
  const chosen = mining === "semi-hard" ? semiHard() : operators.argmax(nearness(onlyNegatives(operators, rows)));
  const negative = operators.sum(operators.multiply(operators.detach(chosen), distances), [1]);
  return operators.average(operators.unary("Relu", operators.shift(operators.subtract(positive, negative), margin)));

  function nearness(mask: string): string {
    return operators.add(operators.scale(distances, -1), mask);
  }

  function semiHard(): string {
    const isNegative = negativePairs(operators, rows);
    const isFarther = operators.multiply(operators.exceeds(distances, operators.column(positive)), isNegative);
    const isAny = operators.largest(isFarther);
    const nearest = operators.argmax(nearness(operators.scale(operators.shift(operators.scale(isFarther, -1), 1), excluded)));
    const farthest = operators.argmax(operators.add(distances, onlyNegatives(operators, rows)));
    const isNone = operators.shift(operators.scale(isAny, -1), 1);
    return operators.add(operators.multiply(nearest, isAny), operators.multiply(farthest, isNone));
  }
}
