/**
 * @file What joins a watched folder is compared with everything, nothing else is compared again, and what is found is what a whole run finds.
 */
import { mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";

import Database from "better-sqlite3";
import sharp from "sharp";
import { expect, test } from "vitest";

import type { Engine } from "#engine/engine.ts";
import { defaultEncoderId } from "#engine/encoders/registry.ts";
import { verifierVersion } from "#engine/duplicates/version.ts";
import { drawCollection } from "../../fixtures/collection.ts";
import { testEngine } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("pairs of what joined, of what came back, and of a collection that was compared as a whole", { timeout: 120_000 }, async () => {
  const home = temporaryFolder("joined");
  const pictures = join(home, "pictures");
  mkdirSync(pictures);
  await drawCollection(pictures, { kinds: 3, perKind: 10 });
  const [original, other] = [join(pictures, "kind-0/picture-1.jpg"), join(pictures, "kind-1/picture-2.jpg")];
  const engine = await testEngine(join(home, "data"));
  await engine.open(join(home, "workspace"), "write");
  const run = async (kind: "index" | "watch", on = engine): Promise<void> => {
    const parameters = { folders: [pictures], encoder: defaultEncoderId, device: "cpu" };
    const jobs = on.jobs as NonNullable<Engine["jobs"]>;
    expect((await jobs.finished(jobs.start(kind, parameters))).state).toBe("done");
  };
  await run("index");
  const all = found(home, "workspace");
  expect(all.compared).toBe(all.contents);

  await sharp(original).resize(150).jpeg({ quality: 70 }).toFile(join(pictures, "smaller.jpg"));
  await run("watch");
  const joined = found(home, "workspace");
  expect(joined.pairs).toContain("picture-1.jpg smaller.jpg");
  expect(joined.judged.filter((pair) => !all.judged.includes(pair)).every((pair) => pair.includes("smaller.jpg"))).toBe(true);

  // One that is away while a copy of it comes must be compared with the copy when it is back.
  renameSync(other, join(home, "away.jpg"));
  await run("watch");
  await sharp(join(home, "away.jpg")).jpeg({ quality: 60 }).toFile(join(pictures, "again.jpg"));
  await run("watch");
  expect(found(home, "workspace").pairs.some((pair) => pair.includes("again.jpg"))).toBe(false);
  renameSync(join(home, "away.jpg"), other);
  await run("watch");
  expect(found(home, "workspace").pairs).toContain("again.jpg picture-2.jpg");

  const fresh = await testEngine(join(home, "other"));
  await fresh.open(join(home, "whole"), "write");
  await run("index", fresh);
  expect(found(home, "workspace").pairs).toEqual(found(home, "whole").pairs);
});

test("a whole run looks at all again, a watch at nothing where nothing joined", { timeout: 60_000 }, async () => {
  const home = temporaryFolder("again");
  const pictures = join(home, "pictures");
  mkdirSync(pictures);
  await drawCollection(pictures, { kinds: 2, perKind: 6 });
  const engine = await testEngine(join(home, "data"));
  await engine.open(join(home, "workspace"), "write");
  const run = async (kind: "index" | "watch"): Promise<string> => {
    const jobs = engine.jobs as NonNullable<Engine["jobs"]>;
    await jobs.finished(jobs.start(kind, { folders: [pictures], encoder: defaultEncoderId, device: "cpu" }));
    return query<string>(home, "workspace", "SELECT fingerprint FROM stage_marks WHERE stage = 'duplicates'")[0] as string;
  };
  const whole = await run("index");
  expect(await run("watch")).toBe(whole);
  await sharp(join(pictures, "kind-0/picture-1.jpg")).flop().toFile(join(pictures, "mirrored.jpg"));
  const asJoined = await run("watch");
  expect(asJoined).not.toBe(whole);
  expect(await run("watch")).toBe(asJoined);
  expect(await run("index")).not.toBe(asJoined);
});

interface Found {
  readonly contents: number;
  readonly compared: number;
  /** Names of both, in order. */
  readonly judged: string[];
  readonly pairs: string[];
}

function found(home: string, workspace: string): Found {
  const names = new Map(
    query<{ content_id: number; path: Buffer }>(
      home,
      workspace,
      "SELECT content_id, path FROM files WHERE state = 'image' ORDER BY path DESC",
      false,
    ).map(({ content_id, path }) => [content_id, basename(path.toString())]),
  );
  const rows = query<{ a: number; b: number; relation: string }>(
    home,
    workspace,
    `SELECT a, b, relation FROM pairs WHERE verifier_version = ${verifierVersion}`,
    false,
  );
  const named = (list: typeof rows): string[] =>
    list.flatMap(({ a, b }) => (names.has(a) && names.has(b) ? [[names.get(a), names.get(b)].sort().join(" ")] : [])).sort();
  return {
    contents: names.size,
    compared: query<number>(home, workspace, "SELECT count(*) FROM compared")[0] as number,
    judged: named(rows),
    pairs: named(rows.filter(({ relation }) => relation !== "none")),
  };
}

function query<T>(home: string, workspace: string, sql: string, pluck = true): T[] {
  const sqlite = new Database(join(home, workspace, "likeness.db"), { readonly: true });
  try {
    return sqlite.prepare(sql).pluck(pluck).all() as T[];
  } finally {
    sqlite.close();
  }
}
