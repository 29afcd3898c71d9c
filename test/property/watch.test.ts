/**
 * @file Whatever happens to a folder, in whatever portions it is told: once everything was told, what is known equals one fresh listing. Real files; hints are
 * as sloppy as a system's (a folder that came or went is named, what lies in it is not), and may come long after the fact.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import fc from "fast-check";
import { expect, test } from "vitest";

import { judge, type KnownFile } from "#engine/ingest/scan/judge.ts";
import { walk, type Listing } from "#engine/ingest/scan/walk.ts";
import { placesToList } from "#engine/watch/places-to-list.ts";
import type { Hint } from "#engine/watch/subscribe.ts";

import { temporaryFolder } from "../helpers/temporary-folder.ts";

const names = ["1.jpg", "2.jpg", "a", "b", "a/1.jpg", "a/2.jpg", "a/c", "a/c/1.jpg", "b/1.jpg", "b/d/1.jpg", "b/d/e/2.jpg", "notes.txt"];
const place = fc.constantFrom(...names);
const step = fc.record({
  act: fc.constantFrom("write", "write", "write", "remove", "rename"),
  at: place,
  to: place,
  size: fc.integer({ min: 0, max: 5 }),
  /** How many of the hints that wait are told after this step. */
  told: fc.integer({ min: 0, max: 6 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const list = (folders: readonly Buffer[]): Listing =>
  walk(folders, { headBytes: 16, isCandidate: (name) => Buffer.from(name).toString().endsWith(".jpg") });

test("any changes in any portions end where one fresh listing does", async () => {
  const home = temporaryFolder("watch-property");
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const root = join(home, `${run++}`);
      mkdirSync(root);
      const roots = [Buffer.from(root)];
      let known: KnownFile[] = [];
      const waiting: Hint[] = [];
      let clock = 1_000_000;
      for (const one of steps) {
        waiting.push(...act(root, one, () => clock++));
        known = await takeIn(known, waiting.splice(0, one.told), roots);
      }
      known = await takeIn(known, waiting, roots);
      const fresh = await takeIn([], [{ path: Buffer.from(root), isNew: false }], roots);
      expect(told(known)).toEqual(told(fresh));
      rmSync(root, { recursive: true });
    }),
    { numRuns: 200 },
  );
});

/** Does it where it can be done. @returns what the system tells of it */
function act(root: string, { act: what, at, to, size }: Step, tick: () => number): Hint[] {
  const [from, target] = [join(root, at), join(root, to)];
  const hint = (path: string, isNew: boolean): Hint => ({ path: Buffer.from(path), isNew });
  const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
  if (what === "write") {
    if (!/\.\w+$/u.test(at)) return [];
    // A folder that is made is named, and nothing in it.
    let first = from;
    while (!existsSync(dirname(first))) first = dirname(first);
    const wasThere = existsSync(from);
    mkdirSync(dirname(from), { recursive: true });
    writeFileSync(from, "x".repeat(size));
    const seconds = tick();
    utimesSync(from, seconds, seconds);
    return [hint(first, !wasThere)];
  }
  if (!existsSync(from)) return [];
  if (what === "remove") {
    rmSync(from, { recursive: true });
    return [hint(from, false)];
  }
  const isPossible = existsSync(dirname(target)) && !`${target}/`.startsWith(`${from}/`) && !from.startsWith(`${target}/`);
  if (!isPossible || isFile(from) !== /\.\w+$/u.test(to) || (existsSync(target) && (!isFile(target) || readdirSync(root).length === 0)))
    return [];
  renameSync(from, target);
  return [hint(from, false), hint(target, true)];
}

/** As the scan stage does: new and changed files are taken over, what is missing is forgotten. */
async function takeIn(known: KnownFile[], hints: readonly Hint[], roots: readonly Buffer[]): Promise<KnownFile[]> {
  const places = placesToList(hints, roots);
  if (places.length === 0) return known;
  const found = await judge(list(places), known, places, -1, () => Promise.resolve());
  const gone = new Set([...found.missing, ...found.pending.flatMap((each) => each.known ?? [])]);
  return [
    ...known.filter((row) => !gone.has(row)),
    ...found.pending.map(({ file }) => ({
      id: 0,
      path: file.path,
      size_bytes: file.sizeBytes,
      modified_us: file.modifiedUs,
      state: "image" as const,
      content_id: 1,
      scan_id: 1,
      outcome: "added",
      error_code: null,
    })),
  ];
}

function told(files: readonly KnownFile[]): string[] {
  return files.map(({ path, size_bytes, modified_us }) => `${path.toString()} ${size_bytes} ${modified_us}`).sort();
}
