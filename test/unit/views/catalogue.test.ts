import { expect, test } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import { imageFlags, type ImageId } from "#protocol/model.ts";
import { makeCollection } from "../../bench/make-collection.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function madeUp(images: number): Promise<Engine> {
  const home = temporaryFolder("views");
  await makeCollection(`${home}/workspace`, images);
  const engine = await createEngine({ dataFolder: home });
  await engine.open(`${home}/workspace`, "write");
  return engine;
}

test("the columns say of each image what a plain query says", { timeout: 30_000 }, async () => {
  const engine = await madeUp(400);
  const { sqlite } = engine.requireCollection().store;
  const { columns, paths } = engine.requireCollection().catalogue();
  expect(columns.count).toBe(400);
  const names = columns.names.split("\n");
  interface Row {
    path: Buffer;
    width: number;
    captured_at: number;
    percentile: number;
    issue: number;
    twins: number;
    copies: number;
    scenes: number;
  }
  const pairs = (relation: string): string =>
    `(SELECT COUNT(*) FROM pairs p WHERE (p.a = f.content_id OR p.b = f.content_id) AND p.relation ${relation})`;
  const query =
    sqlite.prepare(`SELECT f.path, c.width, c.captured_at, o.percentile, (SELECT COUNT(*) FROM issues i WHERE i.content_id = c.id) AS issue,
    (SELECT COUNT(*) FROM files g WHERE g.content_id = f.content_id) AS twins, ${pairs("= 'same-picture'")} AS copies, ${pairs("= 'same-scene'")} AS scenes
    FROM files f JOIN contents c ON c.id = f.content_id JOIN outliers o ON o.content_id = c.id WHERE f.id = ?`);
  const seen = { copies: 0, scenes: 0, twins: 0, issues: 0 };
  columns.ids.forEach((id, index) => {
    const row = query.get(id) as Row;
    expect(`${columns.folders[columns.folderIndexes[index] as number]}/${names[index]}`).toBe(row.path.toString());
    expect(paths[index]).toEqual(row.path);
    expect([columns.widths[index], columns.times[index]]).toEqual([row.width, row.captured_at]);
    expect(columns.percentiles[index]).toBeCloseTo(row.percentile, 4);
    const expected =
      imageFlags.hasEmbedding |
      (row.issue ? imageFlags.issue : 0) |
      (row.twins > 1 ? imageFlags.identicalFile | imageFlags.duplicate : 0) |
      (row.copies ? imageFlags.duplicate : row.scenes ? imageFlags.sameScene : 0);
    expect(columns.flags[index], row.path.toString()).toBe(expected);
    seen.copies += row.copies;
    seen.scenes += row.scenes;
    seen.twins += Number(row.twins > 1);
    seen.issues += row.issue;
  });
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  await engine.close();
});

test("a missing file is in no view, and the pairs of its picture are in none", { timeout: 30_000 }, async () => {
  const engine = await madeUp(200);
  const { handlers, context } = engine;
  const [group] = (await handlers["duplicates.groups"]({ offset: 0, limit: 1, relation: "same-picture" }, context)).groups;
  const { id, path } = (group as NonNullable<typeof group>).members[0] as { id: ImageId; path: string };
  engine
    .requireCollection()
    .store.sqlite.prepare(
      "UPDATE files SET state = 'missing', outcome = 'missing' WHERE content_id = (SELECT content_id FROM files WHERE id = ?)",
    )
    .run(id);
  engine.requireCollection().invalidate();
  const everything = JSON.stringify([
    await handlers["duplicates.groups"]({ offset: 0, limit: 1000 }, context),
    await handlers["outliers.list"]({ offset: 0, limit: 1000 }, context),
    await handlers["issues.list"]({ offset: 0, limit: 1000 }, context),
    (await handlers["images.columns"]({}, context)).names,
  ]);
  expect(everything).not.toContain(path);
  expect(everything).not.toMatch(new RegExp(`"id":${id}\\b|"nearest":\\[[^\\]]*\\b${id}\\b`));
  const summary = await handlers["collection.summary"]({}, context);
  expect(summary.counts.missing).toBe(200 - summary.images);
  for (const ask of [() => handlers["images.details"]({ id }, context), () => handlers["images.similar"]({ id, count: 3 }, context)])
    await expect((async () => ask())()).rejects.toThrow(/no image/);
  await engine.close();
});

test("the summary's counts are those of the lists", { timeout: 30_000 }, async () => {
  const engine = await madeUp(300);
  const { handlers, context } = engine;
  const { counts, images } = await handlers["collection.summary"]({}, context);
  const { total, groups } = await handlers["duplicates.groups"]({ offset: 0, limit: 10_000 }, context);
  expect([images, counts.groups]).toEqual([300, total]);
  expect(counts.copies).toBe(
    new Set(groups.flatMap((group) => group.members.filter((member) => !member.keep).map((member) => member.id))).size,
  );
  const { flags } = await handlers["images.columns"]({}, context);
  expect(counts.issues).toBe(flags.filter((flag) => flag & imageFlags.issue).length);
  await engine.close();
});
