/**
 * @file SwAV's loss (Caron et al. 2020, arXiv 2006.09882): every crop predicts the assignments of the whole views.
 *
 *   L = mean over whole views v, mean over other crops c != v of mean_i -sum_k q_vik log softmax_k(score_cik / t)
 */
import type { Operators } from "../step/operators.ts";

export interface SwappedPredictionOptions {
  /** [n, k] each: codes of the whole views, without gradient. */
  readonly codes: readonly string[];
  /** [n, k] each: scores of all crops, the whole views first. */
  readonly scores: readonly string[];
  readonly temperature: number;
}

export function swappedPrediction(operators: Operators, { codes, scores, temperature }: SwappedPredictionOptions): string {
  const [samples = 0] = operators.shape(codes[0] as string);
  const logShares = scores.map((each) => operators.logSoftmax(operators.scale(each, 1 / temperature)));
  const terms = codes.flatMap((code, view) =>
    logShares.filter((_, crop) => crop !== view).map((each) => operators.total(operators.multiply(code, each))),
  );
  return operators.scale(operators.add(...terms), -1 / (samples * terms.length));
}
