/**
 * @file Honest probabilities: one power on all of them (temperature scaling: Guo et al., 2017) such that the clicks, each left out in turn, were told with the confidence that they deserved;
 * and how far confidence and truth are apart, bin by bin (expected calibration error: Naeini et al., 2015).
 */

/** Answers for clicks that were left out. */
export interface LeftOut {
  readonly count: number;
  readonly classCount: number;
  /** [count, classCount] */
  readonly probabilities: Float64Array;
  /** [count] the class that was clicked. */
  readonly labels: Int32Array;
}

/** Powers that are tried: from much flatter to much sharper. */
const powers = Array.from({ length: 33 }, (_, index) => 2 ** ((index - 16) / 4));
/** The usual power counts as much as some clicks do: with few of them the answer stays near it. */
const priorWeight = 4;
/** Nothing is impossible. */
const leastProbability = 1e-6;

/** The power under which the left-out clicks are likeliest. @param usual what it is for such a model on most folders */
export function fitPower({ count, classCount, probabilities, labels }: LeftOut, usual: number): number {
  let best = usual;
  let least = Infinity;
  for (const power of powers) {
    let loss = priorWeight * Math.log(power / usual) ** 2;
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let label = 0; label < classCount; label++) sum += Math.max(probabilities[row * classCount + label], leastProbability) ** power;
      loss -= power * Math.log(Math.max(probabilities[row * classCount + labels[row]], leastProbability)) - Math.log(sum);
    }
    if (loss < least) [best, least] = [power, loss];
  }
  return best;
}

/** In place: the probabilities to a power, with sum 1 again. */
export function applyPower(probabilities: Float64Array, classCount: number, power: number): void {
  let sum = 0;
  for (let label = 0; label < classCount; label++) sum += probabilities[label] = Math.max(probabilities[label], leastProbability) ** power;
  for (let label = 0; label < classCount; label++) probabilities[label] /= sum;
}

export interface ReliabilityBin {
  /** Confidences from here, up to the next bin's. */
  readonly from: number;
  readonly count: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

/** @param right [n] 1 where the answer was right */
export function reliability(confidences: ArrayLike<number>, right: ArrayLike<number>, binCount = 10): ReliabilityBin[] {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let row = 0; row < confidences.length; row++) {
    const bin = sums[Math.min(binCount - 1, Math.floor(confidences[row] * binCount))];
    bin.count++;
    bin.confidence += confidences[row];
    bin.right += right[row];
  }
  return sums.flatMap(({ count, confidence, right: its }, index) =>
    count === 0 ? [] : [{ from: index / binCount, count, meanConfidence: confidence / count, accuracy: its / count }],
  );
}

/** Mean distance of confidence and accuracy over the bins, each by its size. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, meanConfidence, accuracy }) => sum + (count / total) * Math.abs(meanConfidence - accuracy), 0);
}
