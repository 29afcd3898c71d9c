/** @file The fake engine's part about duplicates: strictness by relation, what was set apart with its steps, a rule of keeping, pairs between folders. */
import type { Handlers } from "#protocol/contract.ts";
import { plainKeepRule, type ApartSteps, type DuplicatesContract, type SharedOfFolder } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import { relations, type ImageId, type Relation } from "#protocol/model.ts";
import { groupsOf } from "./fake-answers.ts";
import { fakeFolders, type FakeImage } from "./fake-images.ts";

export function createFakeDuplicates(images: () => readonly FakeImage[], changed: () => void): Pick<Handlers, keyof DuplicatesContract> {
  let apart: readonly string[] = [];
  let undone: readonly string[] = [];
  let rule = plainKeepRule;
  const key = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;
  const stands = ({ pairs }: DuplicateGroup): boolean => pairs.every(({ a, b }) => !apart.includes(key(a, b)));
  const at = ({ least = "same-scene", score = 0 }: { least?: Relation; score?: number }): DuplicateGroup[] =>
    groupsOf(images()).filter(
      (group) =>
        stands(group) &&
        relations.indexOf(group.relation) <= relations.indexOf(least) &&
        (group.relation !== "same-picture" || group.pairs.every((pair) => pair.score >= score)),
    );
  const steps = (): ApartSteps => ({
    undo: apart.length > 0 ? "say that a pair of pictures is no duplicates" : null,
    redo: undone.length > 0 ? "say that a pair of pictures is no duplicates" : null,
  });
  const imageOf = (id: number): FakeImage => images().find((one) => one.id === id) as FakeImage;
  const pathOf = (id: number): string => `${fakeFolders[imageOf(id).folder]}/${imageOf(id).name}`;
  const between = (a: string, b: string): { groups: DuplicateGroup[]; a: SharedOfFolder; b: SharedOfFolder } => {
    const lies = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
    const groups = at({}).filter(({ members }) => members.some(({ path }) => lies(path, a)) && members.some(({ path }) => lies(path, b)));
    const shared = (folder: string): SharedOfFolder => {
      const its = (kind: (relation: Relation) => boolean): number =>
        groups.filter(({ relation }) => kind(relation)).flatMap(({ members }) => members.filter(({ path }) => lies(path, folder))).length;
      return {
        folder,
        images: images().filter(({ id }) => lies(pathOf(id), folder)).length,
        shared: its((relation) => relation !== "same-scene"),
        scenes: its((relation) => relation === "same-scene"),
      };
    };
    return { groups, a: shared(a), b: shared(b) };
  };
  return {
    "duplicates.groups": ({ offset, limit, relation, ...strictness }) => {
      const all = at(strictness);
      const shown = all.filter((group) => relation === undefined || group.relation === relation);
      const counts = Object.fromEntries(relations.map((one) => [one, all.filter((group) => group.relation === one).length]));
      return {
        groups: shown.slice(offset, offset + limit),
        total: shown.length,
        gainBytes: all.reduce((sum, group) => sum + group.gainBytes, 0),
        counts: counts as Record<Relation, number>,
      };
    },
    "duplicates.copies": (strictness) => ({
      ids: Int32Array.from(at(strictness).flatMap(({ members }) => members.filter(({ keep }) => !keep).map(({ id }) => id))),
    }),
    "duplicates.ofImage": ({ id }) => ({ groups: at({}).filter((group) => group.members.some((member) => member.id === id)) }),
    "duplicates.between": ({ a, b, offset, limit }) => {
      const { groups, ...shared } = between(a, b);
      return { groups: groups.slice(offset, offset + limit), total: groups.length, ...shared };
    },
    "duplicates.exportBetween": ({ a, b, out }) => ({ file: out, pairs: between(a, b).groups.length }),
    "duplicates.setApart": ({ pairs, apart: said }) => {
      const given = Array.from({ length: pairs.length / 2 }, (_, index) => key(pairs[2 * index] as number, pairs[2 * index + 1] as number));
      apart = said ? [...apart, ...given] : apart.filter((one) => !given.includes(one));
      undone = [];
      changed();
      return { ...steps(), changed: given.length };
    },
    "duplicates.undoApart": () => {
      const last = apart.at(-1);
      if (last !== undefined) [apart, undone] = [apart.slice(0, -1), [...undone, last]];
      changed();
      return { ...steps(), what: last === undefined ? null : "say that a pair of pictures is no duplicates" };
    },
    "duplicates.redoApart": () => {
      const last = undone.at(-1);
      if (last !== undefined) [apart, undone] = [[...apart, last], undone.slice(0, -1)];
      changed();
      return { ...steps(), what: last === undefined ? null : "say that a pair of pictures is no duplicates" };
    },
    "duplicates.apart": ({ offset, limit }) => ({
      ...steps(),
      pairs: apart.slice(offset, offset + limit).map((one, index) => {
        const [a, b] = one.split(" ").map(Number) as [ImageId, ImageId];
        return { a, b, pathA: pathOf(a), pathB: pathOf(b), relation: "same-picture" as const, saidAt: 1.7e12 + index };
      }),
      total: apart.length,
    }),
    "duplicates.rule": () => ({ rule }),
    "duplicates.previewRule": ({ rule: other }) => {
      const groups =
        JSON.stringify(other) === JSON.stringify(rule) ? [] : groupsOf(images()).filter(({ relation }) => relation !== "same-scene");
      return {
        groups: groups.length,
        images: 2 * groups.length,
        gainBytes: { now: 4_000_000, then: 3_000_000 },
        examples: groups.slice(0, 5).map(({ members: [kept, copy] }) => ({
          now: { id: kept.id, path: kept.path },
          then: { id: copy.id, path: copy.path, reason: "newest" },
        })),
      };
    },
    "duplicates.setRule": ({ rule: other }) => {
      rule = other;
      changed();
      return { rule };
    },
  };
}
