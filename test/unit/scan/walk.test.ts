import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { packListing, unpackListing } from "#engine/ingest/scan/pack.ts";
import { walk, type Listing } from "#engine/ingest/scan/walk.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** By name only: ".jpg" is a candidate; other files are when they begin with "IMG". */
function list(folder: string, signal?: AbortSignal): Listing {
  return walk([Buffer.from(folder)], {
    signal,
    headBytes: 8,
    isCandidate: (name, readHead) => Buffer.from(name).toString().endsWith(".jpg") || Buffer.from(readHead()).toString().startsWith("IMG"),
  });
}

function shown(listing: Listing, folder: string): string[] {
  return listing.files.map((file) => file.path.toString("latin1").slice(folder.length + 1));
}

test("lists every file at any depth, in order, and says which may be images", () => {
  const folder = temporaryFolder();
  let deep = folder;
  for (let level = 0; level < 40; level++) mkdirSync((deep = join(deep, "d")));
  writeFileSync(join(deep, "deep.jpg"), "x");
  writeFileSync(join(folder, "b.jpg"), "xyz");
  writeFileSync(join(folder, "a.txt"), "text");
  writeFileSync(join(folder, "noname"), "IMG data");
  const listing = list(folder);
  expect(shown(listing, folder)).toEqual(["a.txt", "b.jpg", "noname", `${"d/".repeat(40)}deep.jpg`]);
  expect(listing.files.map((file) => file.isCandidate)).toEqual([false, true, true, true]);
  expect(listing.files[1]?.sizeBytes).toBe(3);
  expect(listing.problems).toEqual([]);
});

test("links to folders are not followed, links to files are, a broken one is a problem", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "real"));
  writeFileSync(join(folder, "real", "one.jpg"), "1");
  symlinkSync(folder, join(folder, "real", "loop"));
  symlinkSync(join(folder, "real", "one.jpg"), join(folder, "link.jpg"));
  symlinkSync(join(folder, "nowhere"), join(folder, "broken.jpg"));
  const listing = list(folder);
  expect(shown(listing, folder)).toEqual(["broken.jpg", "link.jpg", "real/one.jpg"]);
  expect(listing.files.map((file) => [file.isLink, file.problem?.code ?? null])).toEqual([
    [true, "broken-link"],
    [true, null],
    [false, null],
  ]);
});

test("a folder to leave out is not gone into, by whatever name it is reached, unless it is what was asked for", () => {
  const real = temporaryFolder();
  const folder = join(temporaryFolder(), "linked");
  symlinkSync(real, folder);
  mkdirSync(join(real, "ours", "samples"), { recursive: true });
  mkdirSync(join(real, "album", "ours"), { recursive: true });
  writeFileSync(join(real, "a.jpg"), "x");
  writeFileSync(join(real, "ours", "thumbnail.jpg"), "x");
  writeFileSync(join(real, "ours", "samples", "sample.jpg"), "x");
  writeFileSync(join(real, "album", "ours", "theirs.jpg"), "x");
  const leaveOut = [Buffer.from(join(real, "ours"))];
  const listed = (start: string): string[] => shown(walk([Buffer.from(start)], { headBytes: 8, isCandidate: () => true, leaveOut }), start);
  expect(listed(real)).toEqual(["a.jpg", "album/ours/theirs.jpg"]);
  expect(listed(folder)).toEqual(["a.jpg", "album/ours/theirs.jpg"]);
  expect(listed(join(real, "ours", "samples"))).toEqual(["sample.jpg"]);
});

test("names that are not UTF-8 and names of 255 bytes keep their bytes", () => {
  const folder = temporaryFolder();
  const foreign = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".jpg")]);
  const long = Buffer.from(`${folder}/${"é".repeat(125)}x.jpg`);
  expect(long.length - folder.length - 1).toBe(255);
  writeFileSync(foreign, "1");
  writeFileSync(long, "2");
  const packed = unpackListing(packListing(list(folder)));
  expect(packed.files.map((file) => file.path.toString("hex")).sort()).toEqual([foreign.toString("hex"), long.toString("hex")].sort());
});

test("an unreadable folder is reported and the rest goes on", ({ skip }) => {
  if (process.getuid?.() === 0) skip("root reads everything");
  const folder = temporaryFolder();
  mkdirSync(join(folder, "closed"));
  writeFileSync(join(folder, "open.jpg"), "1");
  chmodSync(join(folder, "closed"), 0);
  const listing = list(folder);
  chmodSync(join(folder, "closed"), 0o700);
  expect(shown(listing, folder)).toEqual(["open.jpg"]);
  expect(listing.problems.map((problem) => problem.code)).toEqual(["permission"]);
});

test("a folder given twice, or inside another one given, is listed once", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "in"));
  writeFileSync(join(folder, "in", "a.jpg"), "1");
  const listing = walk([Buffer.from(folder), Buffer.from(join(folder, "in")), Buffer.from(folder)], {
    headBytes: 8,
    isCandidate: () => true,
  });
  expect(listing.files).toHaveLength(1);
});

test("an aborted walk throws a cancellation", () => {
  const folder = temporaryFolder();
  expect(() => list(folder, AbortSignal.abort())).toThrow(CancellationError);
});
