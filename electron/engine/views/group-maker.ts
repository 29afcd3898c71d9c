/**
 * @file What groups of duplicates are made from, read from the store once and kept: groups at another strictness, by another rule of keeping or without a pair that was just
 * set apart are then made without reading rows again.
 */
import { plainKeepRule, plainStrictness, type KeepRule, type Strictness } from "#protocol/duplicates-contract.ts";
import type { DuplicateMember } from "#protocol/duplicate-model.ts";
import type { ImageId } from "#protocol/model.ts";

import { BugError } from "../base/errors.ts";
import { showPath } from "../base/path-bytes.ts";
import { byOrder, prepareGroups, withoutPairs, type GroupInput, type GroupSource } from "../duplicates/group-source.ts";
import { tabulateGroups, type GroupTable } from "../duplicates/group-table.ts";
import { keepOrder } from "../duplicates/keep.ts";
import type { ContentFacts, FileFacts, GroupMember } from "../duplicates/types.ts";
import { verifierVersion } from "../duplicates/version.ts";
import type { ReadStore } from "../store/database.ts";
import { listApart, type ContentPair } from "../store/queries/apart.ts";
import { readGroupRows } from "../store/queries/group-rows.ts";
import { readProperty } from "../store/queries/properties.ts";

export interface GroupMaker {
  readonly rule: KeepRule;
  /** Without the pairs that were set apart. */
  source(): GroupSource;
  /** The table of a strictness; a few are kept. */
  table(strictness: Strictness): GroupTable;
  /** Groups of some of the files alone, by their ids. */
  tableOf(files: (file: number) => boolean, strictness: Strictness): GroupTable;
  /** The same rows by another rule. */
  byRule(rule: KeepRule): GroupMaker;
  /** The same rows after a person changed the rule or set pairs apart. */
  renewed(store: ReadStore): GroupMaker;
  member(member: GroupMember): DuplicateMember;
}

/** Where the collection keeps its rule, as JSON. */
export const ruleProperty = "keep-rule";
const keptTables = 8;
const nothing = new Uint8Array(0);

export function createGroupMaker(store: ReadStore): GroupMaker {
  const rows = readGroupRows(store, verifierVersion);
  const contents = new Map<number, ContentFacts & (typeof rows.contents)[number]>();
  for (const row of rows.contents) contents.set(row.id, { ...row, byteSize: row.sizeBytes, perceptual: nothing, colour: nothing });
  const files = new Map<number, FileFacts>();
  for (const { id, path, content, modifiedMs } of rows.files) {
    const known = contents.get(content);
    if (!known) throw new BugError(`file ${id} was read without its content ${content}`);
    const time = known.capturedAt ?? modifiedMs;
    files.set(id, { file: id, content, path: showPath(path), time, hasMetadata: known.hasMetadata });
  }
  const input: GroupInput = { contents: [...contents.values()], files: [...files.values()], pairs: rows.pairs };
  const describe = ({ file, keep, reason }: GroupMember): DuplicateMember => {
    const facts = files.get(file);
    const content = facts && contents.get(facts.content);
    if (!facts || !content) throw new BugError(`a group names file ${file}, which is not among the files`);
    const { width, height, sizeBytes, format } = content;
    return { id: file as ImageId, path: facts.path, width, height, sizeBytes, format, keep, reason };
  };
  const rule = readRule(store);
  let prepared: GroupSource | null = null;
  const base = (): GroupSource => (prepared ??= prepareGroups(input, keepOrder(rule)));
  return makerOf({ input, base, rule, apart: listApart(store), member: describe });
}

export function strictnessOf({ least, score }: Partial<Strictness>): Strictness {
  return { least: least ?? plainStrictness.least, score: score ?? plainStrictness.score };
}

interface MakerParts {
  readonly input: GroupInput;
  /** Of all pairs, in the order of `rule`. */
  base(): GroupSource;
  readonly rule: KeepRule;
  readonly apart: readonly ContentPair[];
  readonly member: GroupMaker["member"];
}

function makerOf(parts: MakerParts): GroupMaker {
  const { input, base, rule, apart, member } = parts;
  const tables = new Map<string, GroupTable>();
  let source: GroupSource | null = null;
  const maker: GroupMaker = {
    rule,
    source: () => (source ??= withoutPairs(base(), apart)),
    table: (strictness) => {
      const key = `${strictness.least} ${strictness.score}`;
      const table = tables.get(key) ?? tabulateGroups(maker.source(), strictness);
      tables.delete(key);
      tables.set(key, table);
      const [oldest] = tables.keys();
      if (tables.size > keptTables && oldest !== undefined) tables.delete(oldest);
      return table;
    },
    tableOf: (wanted, strictness) => {
      const files = input.files.filter(({ file }) => wanted(file));
      return tabulateGroups(withoutPairs(prepareGroups({ ...input, files }, keepOrder(rule)), apart), strictness);
    },
    byRule: (other) => {
      let ordered: GroupSource | null = null;
      return makerOf({ ...parts, rule: other, base: () => (ordered ??= byOrder(base(), keepOrder(other))) });
    },
    renewed: (store) => {
      const now = readRule(store);
      const same = JSON.stringify(now) === JSON.stringify(rule);
      const other = makerOf({ ...parts, apart: listApart(store) });
      return same ? other : other.byRule(now);
    },
    member,
  };
  return maker;
}

function readRule(store: ReadStore): KeepRule {
  const text = readProperty(store, ruleProperty);
  return text === null ? plainKeepRule : (JSON.parse(text) as KeepRule);
}
