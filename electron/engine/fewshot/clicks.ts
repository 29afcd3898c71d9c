/**
 * @file What a person has labelled, as positions in the table of vectors.
 */

export interface Clicks {
  /** [m] rows of the table, each once. */
  readonly rows: Int32Array;
  /** [m] class of each: 0 to classCount - 1. */
  readonly labels: Int32Array;
  readonly classCount: number;
}

/** [classCount] how many clicks each class has. */
export function clicksPerClass({ labels, classCount }: Clicks): Int32Array {
  const counts = new Int32Array(classCount);
  for (const label of labels) counts[label]++;
  return counts;
}
