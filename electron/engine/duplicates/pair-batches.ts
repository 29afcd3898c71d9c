/**
 * @file In which order pairs are verified. What a comparison costs is half the pictures: each is decoded, its corners found, its tiles measured. So pairs are taken in batches that share pictures: each
 * batch begins at one picture and takes next the one that has most pairs with those that are held. Of 13,028 pairs of 2,720 photos that needs 4,523 decodes, a walk along the sorted list 15,523.
 */
export interface Ends {
  readonly a: number;
  readonly b: number;
}

export interface BatchLimits {
  /** A batch is full at this many pairs; the last picture of one may bring some more. */
  readonly pairs: number;
  /** Pictures that whoever compares keeps at a time; the one used longest ago goes first. */
  readonly held: number;
}

/** Decoded pictures that a child keeps within one request: 24 x 0.6 MB, and what is made ready of them. */
export const heldPictures = 24;
/** Of each held picture; hubs have thousands of pairs, and a few of them tell as much. */
const askedNeighbours = 24;

/** Every pair once; the same batches for the same pairs. */
export function batchPairs<T extends Ends>(pairs: readonly T[], { pairs: full, held: mostHeld }: BatchLimits): T[][] {
  const open = openPairs(pairs);
  const seeds = [...open.keys()];
  const batches: T[][] = [];
  let at = 0;
  const nextSeed = (): number | undefined => {
    while (at < seeds.length && open.get(seeds[at])?.size === 0) at++;
    return seeds[at];
  };
  for (let seed = nextSeed(); seed !== undefined; seed = nextSeed()) {
    const batch: T[] = [];
    const held = new Set<number>();
    for (let next: number | undefined = seed; next !== undefined && batch.length < full; next = nearestTo(held, open) ?? nextSeed()) {
      const partners = open.get(next) as Map<number, T>;
      for (const other of [...held]) {
        const pair = partners.get(other);
        if (pair === undefined) continue;
        batch.push(pair);
        partners.delete(other);
        (open.get(other) as Map<number, T>).delete(next);
        held.delete(other);
        held.add(other);
      }
      held.add(next);
      const oldest = held.values().next();
      if (held.size >= mostHeld && !oldest.done) held.delete(oldest.value);
    }
    batches.push(batch);
  }
  return batches;
}

/** Picture -> its partners and their pairs, both ascending. */
function openPairs<T extends Ends>(pairs: readonly T[]): Map<number, Map<number, T>> {
  const ascending = [...pairs].sort((one, other) => one.a - other.a || one.b - other.b);
  const pictures = new Set<number>();
  for (const { a, b } of ascending) pictures.add(a).add(b);
  const open = new Map<number, Map<number, T>>([...pictures].sort((one, other) => one - other).map((picture) => [picture, new Map()]));
  for (const pair of ascending) {
    open.get(pair.a)?.set(pair.b, pair);
    open.get(pair.b)?.set(pair.a, pair);
  }
  return open;
}

/** The picture with most pairs to the held ones; of those the one with fewest others. */
function nearestTo<T>(held: ReadonlySet<number>, open: ReadonlyMap<number, ReadonlyMap<number, T>>): number | undefined {
  const counts = new Map<number, number>();
  for (const picture of held) {
    let asked = 0;
    for (const partner of (open.get(picture) as ReadonlyMap<number, T>).keys()) {
      if (++asked > askedNeighbours) break;
      if (!held.has(partner)) counts.set(partner, (counts.get(partner) ?? 0) + 1);
    }
  }
  let best: number | undefined;
  let [most, others] = [0, 0];
  for (const [picture, count] of counts) {
    const left = (open.get(picture) as ReadonlyMap<number, T>).size;
    if (count > most || (count === most && left < others)) [best, most, others] = [picture, count, left];
  }
  return best;
}
