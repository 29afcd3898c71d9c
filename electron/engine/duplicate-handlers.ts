/**
 * @file Answers the part of the contract about duplicates.
 */
import type { Handlers } from "#protocol/contract.ts";
import type { DuplicatesContract } from "#protocol/duplicates-contract.ts";

import { createDuplicateActions } from "./duplicate-actions.ts";
import type { Engine } from "./engine.ts";
import { writeBetween } from "./export/data/write-between.ts";
import { duplicatesBetween } from "./views/between.ts";
import { strictnessOf } from "./views/group-maker.ts";
import { groupsOfImage, pageOfGroups, viewGroups } from "./views/groups.ts";

export function createDuplicateHandlers(engine: Engine): Pick<Handlers, keyof DuplicatesContract> {
  const collection = engine.requireCollection;
  const actions = createDuplicateActions(engine);
  return {
    "duplicates.groups": ({ offset, limit, relation, ...strictness }) =>
      pageOfGroups(collection(), { offset, limit, relation: relation ?? null, strictness: strictnessOf(strictness) }),
    "duplicates.copies": (strictness) => ({ ids: viewGroups(collection().groupMaker(), strictnessOf(strictness)).copyIds() }),
    "duplicates.ofImage": ({ id }) => ({ groups: groupsOfImage(collection(), id) }),
    "duplicates.between": ({ a, b, offset, limit, ...strictness }) => {
      const { groups, ...shared } = duplicatesBetween(collection(), { a, b, strictness: strictnessOf(strictness) });
      return { groups: groups.slice(offset, offset + limit), total: groups.length, ...shared };
    },
    "duplicates.exportBetween": ({ a, b, out, ...strictness }) =>
      writeBetween(collection(), duplicatesBetween(collection(), { a, b, strictness: strictnessOf(strictness) }), out),
    "duplicates.setApart": (given) => actions.setApart(given),
    "duplicates.undoApart": () => actions.undoApart(),
    "duplicates.redoApart": () => actions.redoApart(),
    "duplicates.apart": (stretch) => actions.listApart(stretch),
    "duplicates.rule": () => ({ rule: collection().groupMaker().rule }),
    "duplicates.previewRule": ({ rule }) => actions.previewRule(rule),
    "duplicates.setRule": ({ rule }) => actions.setRule(rule),
  };
}
