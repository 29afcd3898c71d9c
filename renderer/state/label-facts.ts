/**
 * @file What is known of every picture's class, in typed arrays beside the image columns, and what one pass over them tells: counts, the
 * surest of each class, what accepting in bulk would take. Pure functions; 50,000 pictures take a few milliseconds.
 */
import { noLabel } from "#protocol/label-model.ts";

export interface LabelFacts {
  /** Of the image columns that these stand beside. */
  readonly version: number;
  /** Position of the class that was given, `noLabel.class` where there is none. */
  readonly given: Uint16Array;
  /** Position in `labelSources`. */
  readonly sources: Uint8Array;
  /** Position of the class that was told, `noLabel.class` where nothing is said; also of pictures that have a given one. */
  readonly told: Uint16Array;
  /** Of the likeliest class, also where nothing is said; 0 before anything was learnt. */
  readonly confidences: Float32Array;
}

export interface Tally {
  readonly labelled: number;
  readonly predicted: number;
  /** Neither labelled nor told. */
  readonly unsure: number;
  /** [classes] pictures told to be of each, without the labelled ones. */
  readonly perClass: Uint32Array;
  /** [classes] pictures that were given each, copies included. */
  readonly givenPerClass: Uint32Array;
}

/** The same labels with these pictures' changed at once; the engine's answer follows. */
export function withGiven(facts: LabelFacts, indexes: readonly number[], given: { place: number; source: number }): LabelFacts {
  const next = { given: facts.given.slice(), sources: facts.sources.slice() };
  for (const index of indexes) {
    next.given[index] = given.place;
    next.sources[index] = given.place === noLabel.class ? noLabel.source : given.source;
  }
  return { ...facts, ...next };
}

export function tally({ given, told }: LabelFacts, classCount: number): Tally {
  const perClass = new Uint32Array(classCount);
  const givenPerClass = new Uint32Array(classCount);
  let labelled = 0;
  let predicted = 0;
  for (let index = 0; index < given.length; index++) {
    if (given[index] !== noLabel.class) {
      labelled++;
      givenPerClass[given[index]]++;
    } else if (told[index] !== noLabel.class) {
      predicted++;
      perClass[told[index]]++;
    }
  }
  return { labelled, predicted, unsure: given.length - labelled - predicted, perClass, givenPerClass };
}

/**
 * Indexes of the unlabelled pictures that are most surely of each class, the surest first. With one class in use everything may be of it,
 * for there is nothing to tell it from.
 */
export function surestPerClass(
  { given, told, confidences }: LabelFacts,
  {
    classCount,
    most,
    only,
    passes,
  }: { classCount: number; most: number; only: number | null; passes(place: number, index: number): boolean },
): number[][] {
  const lists = Array.from({ length: classCount }, (): number[] => []);
  for (let index = 0; index < given.length; index++) {
    const place = only ?? told[index];
    if (given[index] !== noLabel.class || place >= classCount) continue;
    const list = lists[place];
    const confidence = confidences[index];
    if (list.length === most && confidence <= confidences[list[most - 1]]) continue;
    if (!passes(place, index)) continue;
    let at = list.length;
    while (at > 0 && confidences[list[at - 1]] < confidence) at--;
    list.splice(at, 0, index);
    if (list.length > most) list.pop();
  }
  return lists;
}

/** What is on show stays in its place while it may; the gaps are filled with the best of the rest, so that nothing moves under a person's eyes. */
export function refill(
  shown: readonly number[],
  best: readonly number[],
  { most, stays }: { most: number; stays(id: number): boolean },
): number[] {
  const kept = shown.filter(stays).slice(0, most);
  const fresh = best.filter((id) => !kept.includes(id)).slice(0, most - kept.length);
  const next: number[] = [];
  for (const id of shown.slice(0, most)) {
    const follower = kept.includes(id) ? id : fresh.shift();
    if (follower !== undefined) next.push(follower);
  }
  return [...next, ...fresh];
}

/** Unlabelled pictures told with at least this confidence, the most doubtful first. @param place only this class; null for all */
export function acceptable(
  { given, told, confidences }: LabelFacts,
  { least, place }: { least: number; place: number | null },
): { order: Int32Array; expectedErrors: number } {
  const found: number[] = [];
  let expectedErrors = 0;
  for (let index = 0; index < given.length; index++) {
    if (given[index] !== noLabel.class || told[index] === noLabel.class || confidences[index] < least) continue;
    if (place !== null && told[index] !== place) continue;
    found.push(index);
    expectedErrors += 1 - confidences[index];
  }
  return { order: Int32Array.from(found.sort((one, other) => confidences[one] - confidences[other] || one - other)), expectedErrors };
}

/** Unlabelled pictures of a class, the likeliest first. @param alone nothing else is in use: all may be of it */
export function likeliest({ given, told, confidences }: LabelFacts, place: number, alone: boolean): Int32Array {
  const found: number[] = [];
  for (let index = 0; index < given.length; index++)
    if (given[index] === noLabel.class && (alone || told[index] === place)) found.push(index);
  return Int32Array.from(found.sort((one, other) => confidences[other] - confidences[one] || one - other));
}

export function sameLabels(one: Uint16Array, other: Uint16Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
