/**
 * @file The obvious neighbours: every cosine in float64, a full sort.
 */

export interface ReferenceNeighbour {
  readonly index: number;
  readonly similarity: number;
}

/** @param vectors [count, dimensions]; of any length, made unit here  @returns per row all others, best first, equal ones by index */
export function referenceNeighbours(vectors: ArrayLike<number>, count: number, dimensions: number): ReferenceNeighbour[][] {
  const rows = Array.from({ length: count }, (_, row) =>
    Array.from({ length: dimensions }, (_unused, at) => vectors[row * dimensions + at] as number),
  );
  return rows.map((row, index) =>
    rows
      .map((other, otherIndex) => ({ index: otherIndex, similarity: cosine(row, other) }))
      .filter((other) => other.index !== index)
      .sort((a, b) => b.similarity - a.similarity || a.index - b.index),
  );
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, at) => sum + value * (y[at] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
