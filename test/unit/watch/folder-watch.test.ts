/**
 * @file The watch of an open collection, with the system's own watcher on a real folder: what is written, changed, renamed and removed is in the collection
 * without anybody asking; what is no picture, our own files and a half-written file set nothing off.
 */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, onTestFinished, test, vi } from "vitest";

import { systemTimers } from "#engine/base/clock.ts";
import { UserError } from "#engine/base/errors.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import { createFolderWatch } from "#engine/folder-watch.ts";
import type { JobRunner } from "#engine/jobs/job-runner.ts";
import type { WriteStore } from "#engine/store/database.ts";
import { isFinished } from "#protocol/progress.ts";
import { drawCollection } from "../../fixtures/collection.ts";
import { indexNow, pathsOf } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Watched {
  readonly engine: Engine;
  readonly home: string;
  readonly pictures: string;
  readonly names: () => string[];
}

const patience = { timeout: 60_000, interval: 100 };

async function watched({ perKind = 4, pictures = (home: string) => join(home, "pictures") } = {}): Promise<Watched> {
  const home = temporaryFolder("watch");
  const folder = pictures(home);
  mkdirSync(folder, { recursive: true });
  await drawCollection(folder, { kinds: 2, perKind });
  const engine = await createEngine({ dataFolder: join(home, "data"), cores: 2, watch: true });
  onTestFinished(() => engine.close());
  await engine.openForFolder(folder, null);
  await indexNow(engine, [folder]);
  const names = (): string[] => pathsOf(engine).map((path) => path.slice(folder.length + 1));
  await whenListening(engine);
  return { engine, home, pictures: folder, names };
}

/** The first look after indexing is over when a hint can be heard: a file is written until it is there, and taken away again. */
async function whenListening(engine: Engine): Promise<void> {
  const { folders } = engine.requireCollection().summary();
  const probe = join(folders[0] as string, "probe.png");
  const before = pathsOf(engine).length;
  await vi.waitFor(async () => {
    writeFileSync(
      probe,
      await (
        await import("sharp")
      )
        .default({ create: { width: 80, height: 60, channels: 3, background: "#246" } })
        .png()
        .toBuffer(),
    );
    await vi.waitFor(() => expect(pathsOf(engine)).toContain(probe), { timeout: 8000, interval: 100 });
  }, patience);
  rmSync(probe);
  await vi.waitFor(() => expect(pathsOf(engine)).toHaveLength(before), patience);
  await vi.waitFor(() => expect(engine.jobs?.list().every(({ state }) => isFinished(state))).toBe(true), patience);
}

const watchJobs = (engine: Engine): number => engine.jobs?.list().filter(({ kind }) => kind === "watch").length ?? 0;

describe("a watched folder", { timeout: 240_000 }, () => {
  test("written, changed, renamed, removed: the collection follows, and the map with it", async () => {
    const { engine, home, pictures, names } = await watched({ perKind: 12 });
    const map = (): { placed: number; missing: number } => {
      const columns = engine.handlers["map.columns"]({}, engine.context) as { placed: number; coordinates: Float32Array };
      return { placed: columns.placed, missing: columns.coordinates.filter((value) => Number.isNaN(value)).length };
    };
    const file = (name: string): string => join(pictures, name);

    await drawCollection(file("drawn"), { kinds: 1, perKind: 2, seed: 9 });
    await vi.waitFor(
      () => expect(names()).toEqual(expect.arrayContaining(["drawn/kind-0/picture-0.jpg", "drawn/kind-0/picture-1.jpg"])),
      patience,
    );
    await vi.waitFor(() => expect(map().missing).toBe(0), patience);

    // A file in the folder that was new a moment ago is heard too.
    copyFileSync(file("kind-0/picture-3.jpg"), file("drawn/kind-0/later.jpg"));
    appendFileSync(file("drawn/kind-0/later.jpg"), "x");
    await vi.waitFor(() => expect(names()).toContain("drawn/kind-0/later.jpg"), patience);

    const id = idOf(engine, file("kind-1/picture-2.jpg"));
    renameSync(file("kind-1/picture-2.jpg"), file("moved.jpg"));
    await vi.waitFor(() => expect(names()).toContain("moved.jpg"), patience);
    expect(names()).not.toContain("kind-1/picture-2.jpg");
    expect(idOf(engine, file("moved.jpg"))).toBe(id);

    const before = hashOf(engine, file("moved.jpg"));
    writeFileSync(file("moved.jpg"), readFileSync(file("kind-0/picture-5.jpg")));
    await vi.waitFor(() => expect(hashOf(engine, file("moved.jpg"))).not.toBe(before), patience);

    rmSync(file("moved.jpg"));
    rmSync(file("drawn"), { recursive: true });
    await vi.waitFor(() => expect(names().filter((name) => /moved|drawn/u.test(name))).toEqual([]), patience);
    await vi.waitFor(() => expect(map().missing).toBe(0), patience);

    const fresh = await createEngine({ dataFolder: join(home, "other"), cores: 2 });
    onTestFinished(() => fresh.close());
    await fresh.openForFolder(pictures, null);
    await indexNow(fresh, [pictures]);
    expect(names().sort()).toEqual(
      pathsOf(fresh)
        .map((path) => path.slice(pictures.length + 1))
        .sort(),
    );
  });

  test("what is no picture sets off no job; switched off nothing is heard, switched on it is caught up with", async () => {
    const { engine, pictures, names } = await watched();
    const jobs = watchJobs(engine);
    const kinds: string[] = [];
    engine.subscribe((name, value) => {
      if (name === "job") kinds.push((value as { kind: string }).kind);
    });
    writeFileSync(join(pictures, "notes.txt"), "more");
    writeFileSync(join(pictures, "list.csv"), "a,b");
    const file = join(pictures, "heard.jpg");
    const other = join(pictures, "kind-0/picture-0.jpg");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(watchJobs(engine)).toBe(jobs);
    expect(kinds).toEqual([]);

    expect(await engine.handlers["collection.watch"]({ on: false }, engine.context)).toMatchObject({ watch: { on: false, trouble: null } });
    copyFileSync(other, file);
    appendFileSync(file, "x");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(names()).not.toContain("heard.jpg");
    await engine.handlers["collection.lookAgain"]({}, engine.context);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(names()).not.toContain("heard.jpg");
    await engine.handlers["collection.watch"]({ on: true }, engine.context);
    await vi.waitFor(() => expect(names()).toContain("heard.jpg"), patience);
  });

  test("a folder that goes away is told, its pictures stay, and it is heard again when it is back", async () => {
    const { engine, home, pictures, names } = await watched();
    const before = names();
    renameSync(pictures, join(home, "elsewhere"));
    await vi.waitFor(() => expect(engine.requireCollection().summary().watch.trouble).toMatch(/is not there/u), patience);
    expect(names()).toEqual(before);
    renameSync(join(home, "elsewhere"), pictures);
    await engine.handlers["collection.lookAgain"]({}, engine.context);
    await vi.waitFor(() => expect(engine.requireCollection().summary().watch.trouble).toBeNull(), patience);
    copyFileSync(join(pictures, "kind-0/picture-0.jpg"), join(pictures, "kind-1/back.jpg"));
    await vi.waitFor(() => expect(names()).toContain("kind-1/back.jpg"), patience);
    expect(names()).toHaveLength(before.length + 1);
  });

  test("a folder that is found empty is told and not believed, until it is indexed again", async () => {
    const { engine, home, pictures, names } = await watched();
    const before = names();
    await engine.closeCollection();
    renameSync(pictures, join(home, "drive"));
    mkdirSync(pictures);
    await engine.openForFolder(pictures, null);
    await vi.waitFor(() => expect(engine.requireCollection().summary().watch.trouble).toMatch(/is empty now/u), patience);
    expect(names()).toEqual(before);
    for (const name of ["kind-0", "kind-1"]) renameSync(join(home, "drive", name), join(pictures, name));
    await vi.waitFor(() => expect(engine.requireCollection().summary().watch.trouble).toBeNull(), patience);
    // The rest was left on the drive: a folder that holds something is believed.
    await vi.waitFor(() => expect(names()).toEqual(before.filter((name) => name.startsWith("kind-"))), patience);
    await vi.waitFor(() => expect(engine.jobs?.list().every(({ state }) => isFinished(state))).toBe(true), patience);
    await engine.closeCollection();
    rmSync(pictures, { recursive: true });
    mkdirSync(pictures);
    await engine.openForFolder(pictures, null);
    await vi.waitFor(() => expect(engine.requireCollection().summary().watch.trouble).toMatch(/is empty now/u), patience);
    await indexNow(engine, [pictures]);
    expect(names()).toEqual([]);
    await engine.handlers["collection.lookAgain"]({}, engine.context);
    await vi.waitFor(() => expect(engine.requireCollection().summary().watch.trouble).toBeNull(), patience);
  });

  test("our own files inside the folder are not heard; a folder named through a link is", async () => {
    // The whole home is the folder of images, and holds the data directory.
    const { engine, home, names } = await watched({ pictures: (own) => own });
    const kinds: string[] = [];
    engine.subscribe((name) => kinds.push(name));
    mkdirSync(join(home, "data/more"), { recursive: true });
    copyFileSync(join(home, "kind-0/picture-0.jpg"), join(home, "data/more/ours.jpg"));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(kinds).toEqual([]);
    expect(names().filter((name) => name.startsWith("data/"))).toEqual([]);

    const linked = temporaryFolder("linked");
    mkdirSync(join(linked, "real"));
    symlinkSync(join(linked, "real"), join(linked, "link"));
    await drawCollection(join(linked, "real"), { kinds: 1, perKind: 3 });
    await engine.openForFolder(join(linked, "link"), null);
    await indexNow(engine, [join(linked, "link")]);
    copyFileSync(join(linked, "real/kind-0/picture-0.jpg"), join(linked, "real/new.jpg"));
    await vi.waitFor(() => expect(pathsOf(engine)).toContain(join(linked, "link/new.jpg")), patience);
  });

  test("where the system tells nothing, that is said, and a look brings what changed", async () => {
    const home = temporaryFolder("watch");
    const pictures = join(home, "pictures");
    mkdirSync(pictures);
    await drawCollection(pictures, { kinds: 1, perKind: 3 });
    const engine = await createEngine({ dataFolder: join(home, "data"), cores: 2 });
    onTestFinished(() => engine.close());
    const collection = await engine.openForFolder(pictures, null);
    await indexNow(engine, [pictures]);
    const told: (string | null)[] = [];
    const watch = createFolderWatch({
      collection,
      store: collection.store as WriteStore,
      jobs: engine.jobs as JobRunner,
      dataFolder: join(home, "data"),
      clock: engine.clock,
      timers: systemTimers,
      subscribe: () => Promise.reject(new UserError("watch-failed", "It has too many folders.")),
      onState: () => told.push(collection.watch.trouble),
    });
    onTestFinished(async () => {
      watch.stop();
      await watch.close();
    });
    await vi.waitFor(() => expect(told).toEqual(["It has too many folders."]), patience);
    copyFileSync(join(pictures, "kind-0/picture-0.jpg"), join(pictures, "found.jpg"));
    watch.lookAgain();
    await vi.waitFor(() => expect(pathsOf(engine)).toContain(join(pictures, "found.jpg")), patience);
    expect(told).toHaveLength(1);
    watch.choose(false);
    expect(collection.summary().watch).toEqual({ on: false, trouble: null });
  });

  test("indexing that was cancelled does not go on by itself", async () => {
    const { engine, pictures, names } = await watched();
    const id = engine.index([pictures], undefined, "cpu");
    engine.jobs?.cancel(id);
    await engine.jobs?.finished(id);
    copyFileSync(join(pictures, "kind-0/picture-0.jpg"), join(pictures, "waits.jpg"));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(names()).not.toContain("waits.jpg");
    await indexNow(engine, [pictures]);
    expect(names()).toContain("waits.jpg");
  });
});

function idOf(engine: Engine, path: string): number {
  const { ids } = engine.requireCollection().catalogue().columns;
  return ids[pathsOf(engine).indexOf(path)] as number;
}

/** Something that differs where the picture does. */
function hashOf(engine: Engine, path: string): number {
  const { sizesBytes } = engine.requireCollection().catalogue().columns;
  return sizesBytes[pathsOf(engine).indexOf(path)] as number;
}
