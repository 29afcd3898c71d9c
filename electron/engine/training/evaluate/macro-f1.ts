/**
 * @file Macro-F1: the F1 score of each class, averaged over the classes there are, so that small classes count as much as large ones.
 */

/** F1 = 2 right / (said + there). A class that nobody has and nobody was given does not count. */
export function macroF1(predicted: Int32Array, labels: Int32Array): number {
  const right = new Map<number, number>();
  const together = new Map<number, number>();
  const add = (counts: Map<number, number>, label: number): void => void counts.set(label, (counts.get(label) ?? 0) + 1);
  labels.forEach((label, row) => {
    add(together, label);
    add(together, predicted[row]);
    if (predicted[row] === label) add(right, label);
  });
  let sum = 0;
  for (const [label, count] of together) sum += (2 * (right.get(label) ?? 0)) / count;
  return sum / together.size;
}
