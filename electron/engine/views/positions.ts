/** @file Where images and contents lie in the columns, by their ids: flat arrays, since a hundred thousand small lists take longer to make than all the columns. */

export interface PositionOfId {
  get(id: number): number | undefined;
}

export interface PositionsOfContent {
  has(content: number): boolean;
  /** Ascending. */
  get(content: number): readonly number[] | undefined;
  /** Positions whose content another position has too, ascending. */
  shared(): readonly number[];
}

/** @param ids whole numbers from 0, each once; memory goes with the largest */
export function positionOfId(ids: Int32Array): PositionOfId {
  const places = new Int32Array(1 + largest(ids)).fill(-1);
  ids.forEach((id, position) => (places[id] = position));
  return {
    get(id) {
      const position = places[id] ?? -1;
      return position < 0 ? undefined : position;
    },
  };
}

/** @param contentIds [positions] whole numbers from 0 */
export function positionsOfContent(contentIds: Int32Array): PositionsOfContent {
  const starts = new Int32Array(2 + largest(contentIds));
  for (const content of contentIds) starts[content + 1] = (starts[content + 1] as number) + 1;
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number);
  const next = starts.slice();
  const positions = new Int32Array(contentIds.length);
  contentIds.forEach((content, position) => {
    const at = next[content] as number;
    positions[at] = position;
    next[content] = at + 1;
  });
  const countOf = (content: number): number => (starts[content + 1] ?? 0) - (starts[content] ?? 0);
  return {
    has: (content) => countOf(content) > 0,
    get: (content) => (countOf(content) > 0 ? Array.from(positions.subarray(starts[content], starts[content + 1])) : undefined),
    shared: () => Array.from(contentIds.keys()).filter((position) => countOf(contentIds[position] as number) > 1),
  };
}

function largest(ids: Int32Array): number {
  let most = -1;
  for (const id of ids) if (id > most) most = id;
  return most;
}
