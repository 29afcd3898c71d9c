/**
 * @file Negatives guided by clusters (Deng et al. 2023, ClusterNS; CM-CGNS, arXiv 2506.11674): the second nearest centroid is one more, hard negative of
 * each sample; batch members of the same cluster are probably no negatives and are held in a band below the positive.
 *
 *   L = mean_i [ log( sum_{k != i} exp(s_ik / t) + w exp(h_i / t) ) - s_ip / t ]
 *     + pull mean_{(i, j) of one cluster} [ relu(D_ij + alpha) + relu(-D_ij - beta) ],   D_ij = s_ij - s_ip
 *
 * The same for views of pictures and for pictures against texts. The authors' code multiplies logits by w; here w counts the negative w times.
 */
import type { Operators } from "../step/operators.ts";
import { excluded } from "./pairs.ts";

export interface ClusterGuidedOptions {
  /** [n, m] cosines of samples with candidates. */
  readonly cosines: string;
  /** [n, m] to be added to logits: `excluded` for a sample itself; null where it is not among the candidates. */
  readonly mask: string | null;
  /** [n] cosines with the positive, which is among the candidates. */
  readonly positives: string;
  /** [n] cosines with the second nearest centroid. */
  readonly hard: string;
  /** [n, m] 1 for candidates of the sample's cluster that are neither it nor its positive. */
  readonly alike: string;
  /** 1 once there are clusters, before that 0. */
  readonly isActive: string;
  /** 1 / t, a value. */
  readonly sharpness: string;
  readonly hardWeight: number;
  readonly pull: number;
  readonly alpha: number;
  readonly beta: number;
}

export function clusterGuided(operators: Operators, options: ClusterGuidedOptions): string {
  const { cosines, mask, positives, hard, alike, isActive, sharpness } = options;
  const logit = (value: string): string => operators.multiply(value, sharpness);
  const batch = mask === null ? logit(cosines) : operators.add(logit(cosines), mask);
  const absent = operators.scale(operators.shift(operators.scale(isActive, -1), 1), excluded);
  const column = operators.add(operators.shift(logit(operators.column(hard)), Math.log(options.hardWeight)), absent);
  const contrast = operators.average(operators.subtract(operators.logSumExp(operators.beside([batch, column])), logit(positives)));
  const distance = operators.subtract(cosines, operators.column(positives));
  const band = operators.add(
    operators.unary("Relu", operators.shift(distance, options.alpha)),
    operators.unary("Relu", operators.shift(operators.scale(distance, -1), -options.beta)),
  );
  const mean = operators.divide(operators.total(operators.multiply(band, alike)), operators.atLeast(operators.total(alike), 1));
  return operators.add(contrast, operators.multiply(operators.scale(mean, options.pull), isActive));
}
