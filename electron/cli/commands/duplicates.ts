/**
 * @file `likeness duplicates`: groups of verified duplicates.
 */
import type { DuplicateGroup } from "#protocol/model.ts";

import type { Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const duplicatesCommand: Command = {
  name: "duplicates",
  usage: "",
  summary: "List groups of duplicates, each pair verified on pixels, with the one to keep and why.",
  options: {},
  positionals: [0, 0],
  run: (input) =>
    withCollection(input, async (engine) => {
      const { groups } = await engine.handlers["duplicates.groups"]({ offset: 0, limit: Infinity }, engine.context);
      printResult(input.json, { groups: groups.map(toDocument) }, function* () {
        for (const group of groups) {
          yield `${group.relation} (${group.members.length} files)`;
          for (const member of group.members) yield `  ${member.keep ? "keep" : "copy"}  ${member.path}  (${member.reason})`;
        }
        yield groups.length === 0 ? "No duplicates." : `${groups.length} groups.`;
      });
      return 0;
    }),
};

function toDocument({ id, relation, members, pairs }: DuplicateGroup): unknown {
  const paths = new Map(members.map((member) => [member.id, member.path]));
  return {
    id,
    relation,
    members: members.map(({ path, keep, reason }) => ({ path, keep, reason })),
    pairs: pairs.map((pair) => ({ a: paths.get(pair.a), b: paths.get(pair.b), relation: pair.relation, score: pair.score })),
  };
}
