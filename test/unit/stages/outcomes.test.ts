import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { Engine } from "#engine/engine.ts";
import type { IndexReport } from "#protocol/model.ts";
import { drawCollection } from "../../fixtures/collection.ts";
import { indexNow, pathsOf, testEngine } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

let home: string;
let engine: Engine;
const path = (name: string): string => join(home, name);
const isRoot = process.getuid?.() === 0;

async function index(...names: string[]): Promise<IndexReport> {
  const report = await indexNow(engine, names.map(path));
  const { seen, ...outcomes } = report.files;
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(seen);
  expect(report.unreadable).toHaveLength(outcomes.unreadable);
  expect(report.images).toBe(pathsOf(engine).length);
  return report;
}

async function begin(): Promise<void> {
  home = temporaryFolder("outcomes");
  mkdirSync(path("a"));
  await drawCollection(path("a"), { kinds: 1, perKind: 4 });
  engine = await testEngine(path("data"));
  await engine.open(path("workspace"), "write");
}

describe("outcomes of files", { timeout: 60_000 }, () => {
  test("links, hard links, long names and empty files each have one outcome", async () => {
    await begin();
    symlinkSync("kind-0/picture-1.jpg", path("a/link.jpg"));
    symlinkSync("nowhere", path("a/lost.jpg"));
    symlinkSync("..", path("a/loop"));
    linkSync(path("a/copy.jpg"), path("a/hard.jpg"));
    writeFileSync(path("a/empty.jpg"), "");
    writeFileSync(path("a/empty"), "");
    copyFileSync(path("a/copy.jpg"), path(`a/${"n".repeat(251)}.jpg`));
    const { files, unreadable } = await index("a");
    // 8 drawn, link, hard link, long name; broken, lost, empty.jpg; notes.txt, empty.
    expect(files).toMatchObject({ seen: 16, added: 11, unreadable: 3, unsupported: 2 });
    expect(unreadable.map(({ code }) => code).sort()).toEqual(["broken-link", "empty", "truncated"]);
  });

  test("a file that was missing and comes back is added, and what it had is still there", async () => {
    await begin();
    await index("a");
    renameSync(path("a/kind-0/picture-1.jpg"), path("away.jpg"));
    const without = await index("a");
    expect(without.files).toMatchObject({ missing: 1, added: 0 });
    expect(pathsOf(engine)).not.toContain(path("a/kind-0/picture-1.jpg"));
    renameSync(path("away.jpg"), path("a/kind-0/picture-1.jpg"));
    const back = await index("a");
    expect(back.files).toMatchObject({ missing: 0, added: 1 });
    expect(back.images).toBe(without.images + 1);
  });

  test("a good file that turns unreadable and good again", async () => {
    await begin();
    const name = "a/kind-0/picture-2.jpg";
    await index("a");
    copyFileSync(path(name), path("kept.jpg"));
    writeFileSync(path(name), "no picture at all");
    expect((await index("a")).files).toMatchObject({ unreadable: 2, added: 0, missing: 0 });
    copyFileSync(path("kept.jpg"), path(name));
    expect((await index("a")).files).toMatchObject({ unreadable: 1, added: 1 });
  });

  test.skipIf(isRoot || process.platform === "win32")(
    "permission taken and given back is noticed although size and time stay",
    async () => {
      await begin();
      await index("a");
      chmodSync(path("a/copy.jpg"), 0);
      const closed = await index("a");
      expect(closed.unreadable).toContainEqual({ path: path("a/copy.jpg"), code: "permission", message: expect.any(String) });
      chmodSync(path("a/copy.jpg"), 0o644);
      expect((await index("a")).files).toMatchObject({ unreadable: 1, added: 1, missing: 0 });
    },
  );

  test("one folder is judged without the other; a file that went over has moved", async () => {
    await begin();
    mkdirSync(path("b"));
    copyFileSync(path("a/again.png"), path("b/first.png"));
    await index("a", "b");
    rmSync(path("a/small.jpg"));
    renameSync(path("a/kind-0/picture-3.jpg"), path("b/moved.jpg"));
    expect((await index("b")).files).toEqual({ seen: 2, added: 0, unchanged: 1, moved: 1, missing: 0, unreadable: 0, unsupported: 0 });
    expect((await index("a")).files).toMatchObject({ missing: 1, moved: 0 });
  });

  test("a folder that is away is an error: nothing goes missing, nothing moves to a copy elsewhere", async () => {
    await begin();
    await index("a");
    const before = pathsOf(engine);
    renameSync(path("a"), path("unplugged"));
    mkdirSync(path("backup"));
    copyFileSync(path("unplugged/small.jpg"), path("backup/small.jpg"));
    expect(() => engine.index([path("a")])).toThrow(/does not exist/);
    expect((await index("backup")).files).toMatchObject({ added: 1, moved: 0, missing: 0 });
    renameSync(path("unplugged"), path("a"));
    expect((await index("a", "backup")).files).toMatchObject({ unchanged: before.length + 1, added: 0, missing: 0 });
  });

  test("a file removed after it was listed is missing if it was known, and was never here if not", async () => {
    await begin();
    await index("a");
    copyFileSync(path("a/small.jpg"), path("a/brief.jpg"));
    writeFileSync(path("a/kind-0/picture-0.jpg"), "other bytes");
    const id = engine.index([path("a")]);
    const stop = engine.subscribe((name) => {
      // The first word after the listing: what is to be read now is gone.
      if (name !== "changed" || !existsSync(path("a/brief.jpg"))) return;
      rmSync(path("a/brief.jpg"));
      rmSync(path("a/kind-0/picture-0.jpg"));
    });
    const job = await engine.jobs?.finished(id);
    stop();
    expect((job?.report as IndexReport).files).toMatchObject({ seen: 10, added: 0, missing: 1, unreadable: 1 });
  });

  test("the same folder under two names, or inside another, is scanned once and stands once in the collection", async () => {
    await begin();
    symlinkSync(path("a"), path("alias"));
    const first = await index("a");
    const again = await index("alias", "a", "a/kind-0");
    expect(again.files).toEqual({ ...first.files, added: 0, unchanged: first.files.added });
    expect(engine.requireCollection().summary().folders).toEqual([path("a")]);
    const { query, results } = await engine.similarToPath(path("alias/copy.jpg"), 3);
    expect(query).toBe(path("alias/copy.jpg"));
    expect(results.map(({ id }) => engine.pathOf(id))).not.toContain(path("a/copy.jpg"));
  });

  test("workspace and image folder never lie in each other, through links neither", async () => {
    await begin();
    symlinkSync(path("a"), path("alias"));
    await engine.closeCollection();
    for (const inside of ["a/workspace", "alias/deep/workspace"]) {
      expect(() => engine.requireIndexable([path("a")], path(inside))).toThrow(/lies inside the image folder/);
      await expect(engine.openForFolder(path("a"), path(inside))).rejects.toThrow(/lies inside the image folder/);
      expect(existsSync(path(inside))).toBe(false);
    }
    mkdirSync(path("workspace/pictures"), { recursive: true });
    await engine.open(path("workspace"), "write");
    expect(() => engine.index([path("workspace/pictures")])).toThrow(/lies inside the workspace/);
    expect(engine.requireCollection().summary().folders).toEqual([]);
  });

  test("a folder that is not there leaves no trace", async () => {
    await begin();
    await engine.closeCollection();
    await expect(engine.openForFolder(path("nowhere"), null)).rejects.toThrow(/does not exist/);
    expect(existsSync(path("data/collections"))).toBe(false);
    await engine.open(path("workspace"), "write");
    expect(() => engine.index([path("nowhere")])).toThrow(/does not exist/);
    expect(engine.requireCollection().summary().folders).toEqual([]);
  });

  test("pictures that an encoder has not read are read although they are unchanged", async () => {
    await begin();
    const first = await index("a");
    engine.requireCollection().store.sqlite.exec("DELETE FROM embeddings; DELETE FROM graphs");
    const again = await index("a");
    expect(again.files).toMatchObject({ unchanged: first.images, added: 0 });
    expect(engine.requireCollection().vectors()?.table.count).toBe(first.images - 1);
  });
});
