/**
 * @file What a person decides about duplicates: that two pictures are none (undone and redone by steps), and by which rule one of a group is kept.
 */
import { keepCriteria, type ApartPair, type ApartSteps, type KeepPreview, type KeepRule } from "#protocol/duplicates-contract.ts";
import type { ImageId } from "#protocol/model.ts";

import { UserError } from "./base/errors.ts";
import { showPath } from "./base/path-bytes.ts";
import type { Collection } from "./collection.ts";
import { verifierVersion } from "./duplicates/version.ts";
import type { Engine } from "./engine.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import type { WriteStore } from "./store/database.ts";
import { apartSteps, changeApart, listApart, redoApart, undoApart, type ContentPair } from "./store/queries/apart.ts";
import { pairOf } from "./store/queries/findings.ts";
import { writeProperty } from "./store/queries/properties.ts";
import { firstImageOf } from "./views/catalogue.ts";
import { ruleProperty } from "./views/group-maker.ts";
import { previewKeepRule } from "./views/keep-preview.ts";

export interface DuplicateActions {
  setApart(given: { pairs: Int32Array; apart: boolean }): ApartSteps & { changed: number };
  undoApart(): ApartSteps & { what: string | null };
  redoApart(): ApartSteps & { what: string | null };
  listApart(stretch: { offset: number; limit: number }): ApartSteps & { pairs: ApartPair[]; total: number };
  previewRule(rule: KeepRule): KeepPreview;
  setRule(rule: KeepRule): { rule: KeepRule };
}

export function createDuplicateActions(engine: Engine): DuplicateActions {
  const collection = (): Collection => engine.requireCollection();
  const writable = (): WriteStore => {
    requireRunner(engine.jobs, engine.collection !== null);
    return collection().store as WriteStore;
  };
  const changed = (): ApartSteps => {
    collection().renewGroups();
    engine.emit("changed", { version: collection().version, what: ["duplicates", "images", "collection"] });
    return apartSteps(collection().store);
  };
  const turn = (step: (store: WriteStore) => string | null): ApartSteps & { what: string | null } => {
    const what = step(writable());
    return { ...(what === null ? apartSteps(collection().store) : changed()), what };
  };
  return {
    setApart: ({ pairs, apart }) => {
      const given = contentPairs(collection(), pairs);
      const words = given.length === 1 ? "a pair" : `${given.length} pairs`;
      const what = apart ? `say that ${words} of pictures ${given.length === 1 ? "is" : "are"} no duplicates` : `take back what was said of ${words}`; // prettier-ignore
      const number = changeApart(writable(), { pairs: given, apart, what, nowMs: engine.clock.now() });
      return { ...(number > 0 ? changed() : apartSteps(collection().store)), changed: number };
    },
    undoApart: () => turn(undoApart),
    redoApart: () => turn(redoApart),
    listApart: ({ offset, limit }) => {
      const { store } = collection();
      const all = listApart(store);
      const pairs = all.slice(offset, offset + limit).map(({ a, b, said_at }) => describePair(collection(), { a, b }, said_at));
      return { ...apartSteps(store), pairs, total: all.length };
    },
    previewRule: (rule) => previewKeepRule(collection().groupMaker(), requireRule(rule)),
    setRule: (rule) => {
      writeProperty(writable(), ruleProperty, JSON.stringify(requireRule(rule)));
      changed();
      return { rule };
    },
  };
}

/** Each criterion at most once, the folder absolute. */
function requireRule(rule: KeepRule): KeepRule {
  const twice = rule.order.find((criterion, at) => rule.order.indexOf(criterion) !== at);
  if (twice !== undefined)
    throw new UserError("keep-rule", `The rule names ${twice} twice; expected each of ${keepCriteria.join(", ")} at most once.`);
  return rule;
}

function describePair(collection: Collection, { a, b }: ContentPair, saidAt: number): ApartPair {
  const catalogue = collection.catalogue();
  const [first, second] = [a, b].map((content) => {
    const id = firstImageOf(catalogue, content) as ImageId;
    return { id, path: showPath(catalogue.paths[catalogue.positions.get(id) as number] as Buffer) };
  }) as [{ id: ImageId; path: string }, { id: ImageId; path: string }];
  const relation = pairOf(collection.store, { a, b }, verifierVersion)?.relation ?? "none";
  return {
    a: first.id,
    b: second.id,
    pathA: first.path,
    pathB: second.path,
    relation: relation === "none" ? null : relation,
    saidAt,
  };
}

/** Each pair of contents once. Files with the same bytes cannot be told apart. */
function contentPairs(collection: Collection, images: Int32Array): ContentPair[] {
  if (images.length === 0 || images.length % 2 === 1)
    throw new UserError("pairs", `${images.length} images make no pairs; expected two for each.`);
  const { contentIds, positions, paths } = collection.catalogue();
  const positionOf = (id: number): number => {
    const position = positions.get(id);
    if (position === undefined) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
    return position;
  };
  const found = new Map<string, ContentPair>();
  for (let at = 0; at < images.length; at += 2) {
    const [a, b] = [contentIds[positionOf(images[at])], contentIds[positionOf(images[at + 1])]].sort((one, other) => one - other);
    if (a !== b) found.set(`${a} ${b}`, { a, b });
  }
  if (found.size === 0) {
    const [first, second] = [images[0], images[1]].map((id) => showPath(paths[positionOf(id)] as Buffer));
    throw new UserError("same-bytes", `${first} and ${second} hold the very same bytes; expected two files that differ.`);
  }
  return [...found.values()];
}
