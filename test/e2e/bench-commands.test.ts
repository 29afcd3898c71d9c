/**
 * @file `bench neighbours`, `bench map` and `bench duplicates`: what they write is right, what they print is what was agreed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { writeNpyTable } from "#engine/base/npy-file.ts";
import { createRandom } from "#engine/base/random.ts";
import { drawCollection } from "../fixtures/collection.ts";
import { runCommand, runJson } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";
import { referenceNeighbours } from "../reference/neighbours.ts";

const data = temporaryFolderFor(beforeAll, "data");
const [count, dimensions] = [120, 20];
const file = (name: string): string => join(data(), name);
const random = createRandom(4);
// Of any length, in two groups.
const values = Float32Array.from(
  { length: count * dimensions },
  (_, at) => (Math.floor(at / dimensions) % 2 === 0 ? 3 : -3) + random.normal(),
);

beforeAll(() => writeNpyTable(file("x.npy"), values, dimensions));

test("neighbours by cosine, exact, the row itself left out", async () => {
  const result = await runJson<{ seconds: number }>(
    ["bench", "neighbours", "--input", file("x.npy"), "-k", "7", "--out", file("i.npy")],
    data(),
  );
  expect(Object.keys(result)).toEqual(["seconds"]);
  expect(result.seconds).toBeGreaterThan(0);
  const bytes = readFileSync(file("i.npy"));
  const start = 10 + bytes.readUInt16LE(8);
  expect(bytes.toString("latin1", 10, start)).toContain("'descr': '<i4', 'fortran_order': False, 'shape': (120, 7)");
  const found = Array.from({ length: count * 7 }, (_, at) => bytes.readInt32LE(start + 4 * at));
  expect(found).toEqual(referenceNeighbours(values, count, dimensions).flatMap((row) => row.slice(0, 7).map(({ index }) => index)));
});

test("fifteen of each where nothing is said", async () => {
  await runJson(["bench", "neighbours", "--input", file("x.npy"), "--out", file("i.npy")], data());
  expect(readFileSync(file("i.npy")).toString("latin1", 0, 128)).toContain("(120, 15)");
});

test("a map of two groups has two parts, the same for the same seed", async () => {
  const draw = async (seed: string, name: string): Promise<Buffer> => {
    const args = ["bench", "map", "--input", file("x.npy"), "--out", file(name), "--seed", seed];
    const result = await runJson<{ seconds: number; neighbourSeconds: number }>(args, data());
    expect(Object.keys(result)).toEqual(["seconds", "neighbourSeconds"]);
    expect(result.seconds).toBeGreaterThan(result.neighbourSeconds);
    return readFileSync(file(name));
  };
  const bytes = await draw("3", "e.npy");
  const start = 10 + bytes.readUInt16LE(8);
  expect(bytes.toString("latin1", 10, start)).toContain("'descr': '<f4', 'fortran_order': False, 'shape': (120, 2)");
  const coordinates = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  expect(coordinates).toHaveLength(240);
  let together = 0;
  for (let row = 0; row < count; row++) {
    const distance = (other: number): number =>
      Math.hypot(coordinates[2 * row] - coordinates[2 * other], coordinates[2 * row + 1] - coordinates[2 * other + 1]);
    const others = Array.from({ length: count }, (_, other) => other).filter((other) => other !== row);
    const nearest = others.reduce((best, other) => (distance(other) < distance(best) ? other : best));
    if (nearest % 2 === row % 2) together++;
  }
  expect(together).toBe(count);
  expect(await draw("3", "again.npy")).toEqual(bytes);
  expect(await draw("4", "other.npy")).not.toEqual(bytes);
});

test("duplicates of a folder, without a collection", async () => {
  const pictures = file("pictures");
  const drawn = await drawCollection(pictures);
  const result = await runJson<{ seconds: number; images: number }>(["bench", "duplicates", pictures], data());
  expect(Object.keys(result)).toEqual(["seconds", "images"]);
  expect(result.images).toBe(drawn.images.length);
  const told = await runCommand(["bench", "duplicates", pictures], data());
  expect(told.stdout).toMatch(/^28 images in [\d.]+ s, 1 groups\n$/);
});

test.each([
  [["bench", "dreams"], 2, /got "dreams"; expected one of training, neighbours, map, duplicates/],
  [["bench", "toString"], 2, /got "toString"/],
  [["bench", "duplicates"], 2, /expected a folder/],
  [["bench", "map", "more", "--input", "x", "--out", "y"], 2, /got "more" too/],
  [["bench", "map", "--out", "y.npy"], 2, /--input is missing/],
  [["bench", "neighbours", "--input", "x.npy", "--out", "y.npy", "-k", "0"], 2, /--neighbours is "0"/],
  [["bench", "neighbours", "--input", "none.npy", "--out", "y.npy"], 1, /none\.npy cannot be read/],
  [["bench", "map", "--input", "text.npy", "--out", "y.npy"], 1, /text\.npy is no \.npy file/],
])("%j ends with %i", async (args, code, message) => {
  writeFileSync(file("text.npy"), "a text and nothing more");
  const ran = await runCommand(args, data());
  expect(ran.stderr).toMatch(message);
  expect(ran.code).toBe(code);
});
