/**
 * @file What groups of duplicates are made from, read from the store once and kept: groups at another strictness or by another rule of keeping are then made without
 * reading rows again.
 */
import { plainKeepRule, plainStrictness, type KeepRule, type Strictness } from "#protocol/duplicates-contract.ts";
import type { DuplicateMember, ImageId } from "#protocol/model.ts";

import { BugError } from "../base/errors.ts";
import { showPath } from "../base/path-bytes.ts";
import { prepareGroups, type GroupInput, type GroupSource } from "../duplicates/group-source.ts";
import { tabulateGroups, type GroupTable } from "../duplicates/group-table.ts";
import { keepOrder } from "../duplicates/keep.ts";
import type { ContentFacts, FileFacts, GroupMember, VerifiedPair } from "../duplicates/types.ts";
import { verifierVersion } from "../duplicates/version.ts";
import type { ReadStore } from "../store/database.ts";
import { readGroupRows } from "../store/queries/group-rows.ts";
import { readProperty } from "../store/queries/properties.ts";

export interface GroupMaker {
  readonly rule: KeepRule;
  readonly input: GroupInput;
  source(): GroupSource;
  /** The table of a strictness; a few are kept. */
  table(strictness: Strictness): GroupTable;
  /** The same rows by another rule. */
  byRule(rule: KeepRule): GroupMaker;
  member(member: GroupMember): DuplicateMember;
}

/** Where the collection keeps its rule, as JSON. */
export const ruleProperty = "keep-rule";
const keptTables = 8;
const nothing = new Uint8Array(0);

export function createGroupMaker(store: ReadStore): GroupMaker {
  const rows = readGroupRows(store, verifierVersion);
  const contents = new Map(
    rows.contents.map((row): [number, ContentFacts & typeof row] => [
      row.id,
      { ...row, byteSize: row.sizeBytes, perceptual: nothing, colour: nothing },
    ]),
  );
  const files = new Map<number, FileFacts>();
  for (const { id, path, content, modifiedMs } of rows.files) {
    const known = contents.get(content) as NonNullable<ReturnType<typeof contents.get>>;
    const time = known.capturedAt ?? modifiedMs;
    files.set(id, { file: id, content, path: showPath(path), time, hasMetadata: known.hasMetadata });
  }
  const input = {
    contents: [...contents.values()],
    files: [...files.values()],
    pairs: rows.pairs.filter((pair): pair is typeof pair & VerifiedPair => pair.relation !== "none"),
  };
  const describe = ({ file, keep, reason }: GroupMember): DuplicateMember => {
    const facts = files.get(file);
    const content = facts && contents.get(facts.content);
    if (!facts || !content) throw new BugError(`a group names file ${file}, which is not among the files`);
    const { width, height, sizeBytes, format } = content;
    return { id: file as ImageId, path: facts.path, width, height, sizeBytes, format, keep, reason };
  };
  return makerOf(input, readRule(store), describe);
}

export function readRule(store: ReadStore): KeepRule {
  const text = readProperty(store, ruleProperty);
  return text === null ? plainKeepRule : (JSON.parse(text) as KeepRule);
}

export function strictnessOf({ least, score }: Partial<Strictness>): Strictness {
  return { least: least ?? plainStrictness.least, score: score ?? plainStrictness.score };
}

function makerOf(input: GroupInput, rule: KeepRule, member: GroupMaker["member"]): GroupMaker {
  const tables = new Map<string, GroupTable>();
  let source: GroupSource | null = null;
  const maker: GroupMaker = {
    rule,
    input,
    source: () => (source ??= prepareGroups(input, keepOrder(rule))),
    table: (strictness) => {
      const key = `${strictness.least} ${strictness.score}`;
      const table = tables.get(key) ?? tabulateGroups(maker.source(), strictness);
      tables.delete(key);
      tables.set(key, table);
      const [oldest] = tables.keys();
      if (tables.size > keptTables && oldest !== undefined) tables.delete(oldest);
      return table;
    },
    byRule: (other) => makerOf(input, other, member),
    member,
  };
  return maker;
}
