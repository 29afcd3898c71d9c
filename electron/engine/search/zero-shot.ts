/**
 * @file Classes from their names alone (Radford et al. 2021): a picture is of the class whose text it is most like, and the margin to the next tells how clearly.
 */
import { BugError } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";

export interface ZeroShot {
  /** [pictures] rows of `classTexts`; of equals the first. */
  readonly labels: Int32Array;
  /** [pictures] cosine with the class. */
  readonly similarities: Float32Array;
  /** [pictures] how much more that is than with the next class; infinite where there is one class only. */
  readonly margins: Float32Array;
}

/** Rows of both are unit length. */
export function zeroShot(vectors: VectorTable, classTexts: VectorTable): ZeroShot {
  const { count, dimensions, values } = vectors;
  if (classTexts.dimensions !== dimensions || classTexts.count === 0)
    throw new BugError(`${classTexts.count} classes of ${classTexts.dimensions} numbers for pictures of ${dimensions}`);
  const labels = new Int32Array(count);
  const similarities = new Float32Array(count);
  const margins = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    let best = -Infinity;
    let second = -Infinity;
    let label = 0;
    for (let each = 0; each < classTexts.count; each++) {
      let cosine = 0;
      const [one, other] = [row * dimensions, each * dimensions];
      for (let at = 0; at < dimensions; at++) cosine += (values[one + at] as number) * (classTexts.values[other + at] as number);
      if (cosine > best) {
        second = best;
        best = cosine;
        label = each;
      } else if (cosine > second) second = cosine;
    }
    labels[row] = label;
    similarities[row] = best;
    margins[row] = best - second;
  }
  return { labels, similarities, margins };
}
