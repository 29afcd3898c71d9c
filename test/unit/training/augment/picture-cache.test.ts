import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { BugError, UserError } from "#engine/base/errors.ts";
import { openPictureCache, removePictureCache, writePictureCache, type PictureCacheKey } from "#engine/training/augment/picture-cache.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const key: PictureCacheKey = { fingerprint: "a1b2", count: 5, sidePx: 4 };
const square = (index: number, side = 4): Uint8Array => Uint8Array.from({ length: side * side * 3 }, (_, at) => (index * 50 + at) & 255);
const place = (): string => join(temporaryFolder("pictures"), "pictures.bin");

function fill(path: string): void {
  const writer = writePictureCache(path, key);
  for (let index = writer.written; index < key.count; index++) writer.append(square(index));
  writer.finish();
}

describe("picture cache", () => {
  test("what was appended is read by position, twice, in any order, into the same memory", () => {
    const path = place();
    fill(path);
    expect(existsSync(`${path}.part`)).toBe(false);
    const cache = openPictureCache(path, key);
    const first = cache.read(Int32Array.of(4, 0, 4));
    expect([...first.subarray(0, 144)]).toEqual([...square(4), ...square(0), ...square(4)]);
    const second = cache.read(Int32Array.of(2));
    expect(second.buffer).toBe(first.buffer);
    expect(second.subarray(0, 48)).toEqual(square(2));
    expect(() => cache.read(Int32Array.of(5))).toThrow(BugError);
    expect(() => cache.read(Int32Array.of(-1))).toThrow(BugError);
    cache.close();
  });

  test.each([0, 1, 47, 48, 49, 143])("killed with %i bytes of pictures written: the next one goes on, the file is the same", (bytes) => {
    const path = place();
    fill(path);
    const whole = readFileSync(path);
    const other = place();
    writeFileSync(`${other}.part`, whole.subarray(0, 4096 + bytes));
    const writer = writePictureCache(other, key);
    expect(writer.written).toBe(Math.floor(bytes / 48));
    writer.close();
    fill(other);
    expect(readFileSync(other)).toEqual(whole);
  });

  test("killed within the header: from the start", () => {
    const path = place();
    writeFileSync(`${path}.part`, "{");
    expect(writePictureCache(path, key).written).toBe(0);
    fill(path);
    openPictureCache(path, key).close();
  });

  test("several at once, and a complete one has nothing to do", () => {
    const path = place();
    const writer = writePictureCache(path, key);
    writer.append(new Uint8Array([0, 1, 2].flatMap((index) => [...square(index)])));
    expect(writer.written).toBe(3);
    expect(() => writer.append(new Uint8Array(47))).toThrow(BugError);
    expect(() => writer.append(new Uint8Array(3 * 48))).toThrow(BugError);
    expect(() => writer.finish()).toThrow("has 3 pictures; expected 5");
    writer.append(new Uint8Array([...square(3), ...square(4)]));
    writer.finish();
    const before = statSync(path).ino;
    const again = writePictureCache(path, key);
    expect(again.written).toBe(5);
    expect(() => again.append(square(0))).toThrow(BugError);
    again.finish();
    expect(statSync(path).ino).toBe(before);
  });

  test.each([
    ["another fingerprint", { ...key, fingerprint: "a1b3" }],
    ["another count", { ...key, count: 4 }],
    ["another side", { ...key, sidePx: 5 }],
  ])("%s: refused, and made anew by the writer", (_name, other) => {
    const path = place();
    fill(path);
    expect(() => openPictureCache(path, other)).toThrow(UserError);
    const writer = writePictureCache(path, other);
    expect(writer.written).toBe(0);
    for (let index = 0; index < other.count; index++) writer.append(square(index, other.sidePx));
    // Until it is finished the old one is there.
    openPictureCache(path, key).close();
    writer.finish();
    openPictureCache(path, other).close();
  });

  test("a file cut short or grown, or none at all, is named", () => {
    const path = place();
    expect(() => openPictureCache(path, key)).toThrow(/pictures\.bin cannot be opened: ENOENT/);
    fill(path);
    appendFileSync(path, "x");
    expect(() => openPictureCache(path, key)).toThrow("4337 bytes; expected 4336 for 5 pictures of 4 px");
    truncateSync(path, 4336 - 10);
    expect(() => openPictureCache(path, key)).toThrow("4326 bytes; expected 4336");
    truncateSync(path, 100);
    expect(() => openPictureCache(path, key)).toThrow("too short");
    removePictureCache(path);
    removePictureCache(path);
    expect(existsSync(path)).toBe(false);
  });

  test("no pictures at all", () => {
    const path = place();
    const none = { ...key, count: 0 };
    writePictureCache(path, none).finish();
    expect(openPictureCache(path, none).read(new Int32Array(0))).toHaveLength(0);
  });
});
