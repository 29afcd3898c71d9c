/** @file The picture of a group that the others are compared with. */
import type { DuplicateGroup, DuplicateMember } from "#protocol/duplicate-model.ts";

/** The first that is kept; of a scene, where nothing is proposed, the first. */
export function keptOf({ members }: Pick<DuplicateGroup, "members">): DuplicateMember {
  return members.find((member) => member.keep) ?? members[0];
}
