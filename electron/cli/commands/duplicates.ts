/**
 * @file `likeness duplicates`: groups of verified duplicates, those between two folders alone, and what was said to be none.
 */
import type { SharedOfFolder, Strictness } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import { relations } from "#protocol/model.ts";

import type { Engine } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, shareOf, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withCollection } from "../session.ts";

export const duplicatesCommand: Command = {
  name: "duplicates",
  usage: "[--between A B]",
  summary: "List groups of duplicates, each pair verified on pixels, with the one to keep and why.",
  options: {
    between: {
      type: "string",
      value: "A B",
      help: "only pairs of an image in folder A and one in folder B, such as a test and a training set",
    },
    least: { type: "string", value: "RELATION", help: `the weakest relation to list: ${relations.join(", ")} (all)` },
    score: { type: "string", value: "N", help: "the least score of a pair that is the same picture, 0 to 1 (0)" },
    "not-duplicates": { type: "boolean", help: "list the pairs of which somebody said that they are no duplicates" },
  },
  positionals: [0, 1],
  run: (input) => {
    const strictness = { least: oneOf(input, "least", relations, "same-scene"), score: shareOf(input, "score") ?? 0 };
    const between = foldersOf(input);
    return withCollection(input, async (engine) => {
      if (input.values["not-duplicates"] === true) await printApart(engine, input);
      else if (between) await printBetween(engine, input, { ...between, ...strictness });
      else await printGroups(engine, input, strictness);
      return 0;
    });
  },
};

function foldersOf(input: CommandInput): { a: string; b: string } | null {
  const a = optionalText(input, "between");
  const [b] = input.positionals;
  if ((a === undefined) !== (b === undefined))
    throw new CliUsageError(
      a === undefined
        ? `likeness duplicates: got "${String(b)}", which only means something behind --between A.`
        : `--between ${a}: expected two folders, --between A B.`,
    );
  if (a !== undefined && input.values["not-duplicates"] === true)
    throw new CliUsageError("--between and --not-duplicates are two lists; give one of them.");
  return a === undefined || b === undefined ? null : { a, b };
}

async function printGroups(engine: Engine, input: CommandInput, strictness: Strictness): Promise<void> {
  const { groups } = await engine.handlers["duplicates.groups"]({ offset: 0, limit: Infinity, ...strictness }, engine.context);
  printResult(input.json, { groups: groups.map(toDocument) }, function* () {
    for (const group of groups) yield* toLines(group);
    yield groups.length === 0 ? "No duplicates." : `${groups.length} groups.`;
  });
}

async function printBetween(engine: Engine, input: CommandInput, request: Strictness & { a: string; b: string }): Promise<void> {
  const { groups, a, b } = await engine.handlers["duplicates.between"]({ offset: 0, limit: Infinity, ...request }, engine.context);
  printResult(input.json, { groups: groups.map(toDocument), between: { a, b } }, function* () {
    for (const group of groups) yield* toLines(group);
    yield sharedLine(a, b);
    yield sharedLine(b, a);
  });
}

async function printApart(engine: Engine, input: CommandInput): Promise<void> {
  const { pairs } = await engine.handlers["duplicates.apart"]({ offset: 0, limit: Infinity }, engine.context);
  const documents = pairs.map(({ pathA, pathB, relation, saidAt }) => ({ a: pathA, b: pathB, relation, saidAt }));
  printResult(input.json, { pairs: documents }, function* () {
    for (const { a, b, relation } of documents) yield `${a}  ${b}${relation === null ? "" : `  (the pixels say ${relation})`}`;
    yield pairs.length === 0 ? "Nothing was said to be no duplicate." : `${pairs.length} pairs.`;
  });
}

function sharedLine(one: SharedOfFolder, other: SharedOfFolder): string {
  const share = `${((100 * one.shared) / one.images).toFixed(1)} %`;
  const scenes = one.scenes === 0 ? "" : `; ${one.scenes} more show a scene of it`;
  return `${one.shared} of ${one.images} images of ${one.folder} lie in ${other.folder} too: ${share}${scenes}.`;
}

function* toLines({ relation, members }: DuplicateGroup): Iterable<string> {
  yield `${relation} (${members.length} files)`;
  for (const member of members) yield `  ${member.keep ? "keep" : "copy"}  ${member.path}  (${member.reason})`;
}

function toDocument({ id, relation, members, pairs }: DuplicateGroup): unknown {
  const paths = new Map(members.map((member) => [member.id, member.path]));
  return {
    id,
    relation,
    members: members.map(({ path, keep, reason }) => ({ path, keep, reason })),
    pairs: pairs.map((pair) => ({
      a: paths.get(pair.a),
      b: paths.get(pair.b),
      relation: pair.relation,
      score: pair.score,
      ...(pair.edit ? { edit: pair.edit } : {}),
    })),
  };
}
