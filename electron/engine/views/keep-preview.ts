/**
 * @file What another rule of keeping would do to the marks: how many groups and pictures, and a few of them with the reason.
 */
import { plainStrictness, type KeepPreview, type KeepRule } from "#protocol/duplicates-contract.ts";

import { describeGroup } from "../duplicates/describe-group.ts";
import { contentsOfGroup, groupsByGain, sceneStrength, type GroupTable } from "../duplicates/group-table.ts";
import type { GroupMaker } from "./group-maker.ts";
import { sumOfCopies, writeOut } from "./groups.ts";

const mostExamples = 5;

export function previewKeepRule(maker: GroupMaker, rule: KeepRule): KeepPreview {
  const now = maker.table(plainStrictness);
  const other = maker.byRule(rule);
  const then = other.table(plainStrictness);
  const [keptNow, keptThen] = [keptFiles(now), keptFiles(then)];
  const changed = (file: number): boolean => keptNow.has(file) !== keptThen.has(file);
  const examples: KeepPreview["examples"][number][] = [];
  let groups = 0;
  // The same pairs at the same strictness are covered by the same cliques: groups stand at the same places.
  for (const group of groupsByGain(now)) {
    if (now.strengths[group] === sceneStrength || !filesOfGroup(now, group).some(changed)) continue;
    groups++;
    if (examples.length === mostExamples) continue;
    const lost = writeOut(maker, describeGroup(now, group)).members.find(({ id, keep }) => keep && changed(id));
    const taken = writeOut(other, describeGroup(then, group)).members.find(({ id, keep }) => keep && changed(id));
    if (lost && taken)
      examples.push({ now: { id: lost.id, path: lost.path }, then: { id: taken.id, path: taken.path, reason: taken.reason } });
  }
  const images = now.source.files.filter(({ file }) => changed(file)).length;
  return { groups, images, gainBytes: { now: sumOfCopies(now).gainBytes, then: sumOfCopies(then).gainBytes }, examples };
}

function keptFiles({ source, kept }: GroupTable): Set<number> {
  return new Set(source.files.filter((_, at) => kept[at] === 1).map(({ file }) => file));
}

function filesOfGroup(table: GroupTable, group: number): number[] {
  const { files, fileStarts } = table.source;
  return Array.from(contentsOfGroup(table, group)).flatMap((content) =>
    files.slice(fileStarts[content], fileStarts[content + 1]).map(({ file }) => file),
  );
}
