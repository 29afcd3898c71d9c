/** @file Search by words and pictures in a collection whose encoder is a pair, and in one whose encoder knows no words. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { importEncoder } from "#engine/encoders/import/import-encoder.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import type { ImageId } from "#protocol/model.ts";
import type { SearchResults, SearchTerm } from "#protocol/text-contract.ts";

import { drawColouredFolder } from "../../helpers/coloured-folder.ts";
import { savePair } from "../../helpers/small-pairs.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
const workspace = (name: string): string => join(data(), "workspaces", name);
let pair = "";

async function indexed(name: string, encoder: string | undefined): Promise<void> {
  const engine = await createEngine({ dataFolder: data(), cores: 2 });
  try {
    await engine.openForFolder(pictures(), workspace(name));
    const job = await engine.jobs?.finished(engine.index([pictures()], encoder, "cpu"));
    if (!job?.report) throw new Error(job?.error?.message);
  } finally {
    await engine.close();
  }
}

beforeAll(async () => {
  await drawColouredFolder(pictures());
  await indexed("bundled", undefined);
  const { image, text, tokenizer, preprocess } = savePair(join(data(), "pair"));
  pair = (await importEncoder({ file: image, text, tokenizer, preprocess, dataFolder: data(), threads: 1 })).encoder.card.id;
  await indexed("pair", pair);
}, 120_000);

async function opened(name: string): Promise<Engine> {
  const engine = await createEngine({ dataFolder: data(), cores: 2 });
  onTestFinished(() => engine.close());
  await engine.open(workspace(name), "read");
  return engine;
}

async function search(
  engine: Engine,
  terms: SearchTerm[],
  count = 6,
): Promise<SearchResults & { readonly folders: string[]; readonly paths: string[] }> {
  const results = await engine.handlers["images.search"]({ terms, count }, engine.context);
  const paths = Array.from(results.ids, (id) => engine.pathOf(id as ImageId));
  return { ...results, paths, folders: paths.map((path) => basename(dirname(path))) };
}

const plus = (text: string, weight = 1): SearchTerm => ({ sign: "+", text, weight });
const minus = (text: string): SearchTerm => ({ sign: "-", text });
function idAt(engine: Engine, path: string): ImageId {
  const { ids } = engine.requireCollection().catalogue().columns;
  return Array.from(ids).find((id) => engine.pathOf(id as ImageId) === join(pictures(), path)) as ImageId;
}

describe("with a text half", () => {
  test("a word finds its pictures, most alike first", async () => {
    const engine = await opened("pair");
    for (const colour of ["green", "blue"]) {
      const { kind, note, folders, similarities } = await search(engine, [plus(`a photo of a ${colour} dog`)]);
      expect({ kind, note, folders }).toEqual({ kind: "text", note: null, folders: Array(6).fill(colour) });
      expect([...similarities].sort((one, other) => other - one)).toEqual([...similarities]);
      expect(similarities).toBeInstanceOf(Float32Array);
    }
    expect(new Set((await search(engine, [plus("red")], 7)).folders)).toEqual(new Set(["red", "copies"]));
  });

  test("similarities are the cosines of the vectors themselves", async () => {
    const engine = await opened("pair");
    const query = await engine.embedTexts(["blue picture"]);
    const { table, contentIds } = engine.requireCollection().vectors() as NonNullable<ReturnType<ReturnType<Engine["requireCollection"]>["vectors"]>>; // prettier-ignore
    const catalogue = engine.requireCollection().catalogue();
    const { ids, similarities } = await search(engine, [plus("blue picture")], 100);
    expect(ids).toHaveLength(19);
    ids.forEach((id, rank) => {
      const row = contentIds.indexOf(catalogue.contentIds[catalogue.positions.get(id) as number] as number);
      const cosine = query.reduce((sum, value, at) => sum + value * (table.values[row * table.dimensions + at] as number), 0);
      expect(similarities[rank]).toBeCloseTo(cosine, 5);
    });
  });

  test("plus and minus, words and pictures together", async () => {
    const engine = await opened("pair");
    expect((await search(engine, [plus("red"), plus("blue"), minus("red")])).folders).toEqual(Array(6).fill("blue"));
    const red = idAt(engine, "red/3.png");
    const away = await search(engine, [{ sign: "-", id: red }], 12);
    expect(away.kind).toBe("pictures");
    expect(new Set(away.folders)).toEqual(new Set(["green", "blue"]));
    // The weights decide between a picture and a word.
    expect((await search(engine, [{ sign: "+", id: red, weight: 0.3 }, plus("green", 3)], 3)).folders).toEqual(Array(3).fill("green"));
    expect((await search(engine, [{ sign: "+", id: red, weight: 3 }, plus("green", 0.3)], 3)).folders).not.toContain("green");
  });

  test("pictures of the query are no results, by id, by path; their copies are", async () => {
    const engine = await opened("pair");
    const path = join(pictures(), "red/0.png");
    const byPath = await search(engine, [{ sign: "+", path }], 100);
    expect(byPath.paths).not.toContain(path);
    expect(byPath.paths[0]).toBe(join(pictures(), "copies/again.png"));
    expect(byPath.similarities[0]).toBeCloseTo(1, 5);
    expect((await search(engine, [{ sign: "+", id: idAt(engine, "red/0.png") }], 100)).ids).toEqual(byPath.ids);
    const two = await search(engine, [{ sign: "+", path }, { sign: "+", path: join(pictures(), "blue/1.png") }, minus("green")], 100); // prettier-ignore
    expect(two.ids).toHaveLength(17);
    // From outside by its bytes it is nobody's own picture.
    const bytes = new Uint8Array(readFileSync(path));
    expect((await search(engine, [{ sign: "+", bytes }], 100)).ids).toHaveLength(19);
  });

  test("a class for every picture from names, and names for clusters", async () => {
    const engine = await opened("pair");
    const classes = ["blue", "green", "red"];
    const told = await engine.handlers["text.zeroShot"]({ classes }, engine.context);
    expect(told.ids).toHaveLength(19);
    told.ids.forEach((id, at) => {
      const folder = basename(dirname(engine.pathOf(id as ImageId)));
      expect(classes[told.labels[at] as number]).toBe(folder === "copies" ? "red" : folder);
      expect(told.margins[at]).toBeGreaterThan(0.2);
    });
    // An exact copy says whose it is; all others are nobody's.
    const copies = [...told.ids].flatMap((id, at) => (told.copyOf[at] === id ? [] : [[id, told.copyOf[at]]]));
    const same = ["red/0.png", "copies/again.png"].map((path) => idAt(engine, path));
    expect(copies.map((pair) => pair.sort())).toEqual([same.sort()]);
    const { names } = await engine.handlers["text.nameClusters"]({ words: [...classes, "photo"] }, engine.context);
    const { clusters } = engine.requireCollection().catalogue().columns;
    expect(names.map(({ cluster }) => cluster)).toEqual([...new Set(clusters)].filter((label) => label >= 0).sort((one, other) => one - other)); // prettier-ignore
    for (const { words } of names) expect(words.length).toBeGreaterThan(0);
  });

  test.each<[string, SearchTerm[], RegExp]>([
    ["nothing", [], /nothing to search for/],
    ["blanks", [plus("  ")], /Term 1 is empty/],
    ["a term that is two things", [{ sign: "+", text: "a", id: 1 as ImageId }], /Term 1 has 2 of text, id, path and bytes/],
    ["a term that is nothing", [plus("red"), { sign: "+" }], /Term 2 has 0 of text/],
    ["a weight of nothing", [plus("red", 1e-9)], /Term 1 has the weight 1e-9; expected a number from 0\.001 to 1000/],
    ["terms that cancel out", [plus("red"), minus("red")], /cancel each other out/],
    ["an unknown image", [{ sign: "+", id: 9999 as ImageId }], /There is no image 9999/],
    ["a missing file", [{ sign: "+", path: "/nowhere/a.png" }], /\/nowhere\/a\.png cannot be read/],
  ])("%s is refused", async (_, terms, message) => {
    await expect(search(await opened("pair"), terms)).rejects.toThrow(message);
  });

  test.each<[string, string[], RegExp]>([
    ["no name", [], /There are no names/],
    ["a template without a place", ["a photo"], /A template is "a photo"; expected a text with \{\}/],
  ])("classes of %s are refused", async (_, templates, message) => {
    const engine = await opened("pair");
    const classes = templates.length === 0 ? [] : ["red"];
    await expect(engine.handlers["text.zeroShot"]({ classes, templates }, engine.context)).rejects.toThrow(message);
  });
});

describe("without a text half", () => {
  test("a text alone is looked for in names and folders, and that is said with the encoders that know words", async () => {
    const { kind, note, folders, similarities } = await search(await opened("bundled"), [plus("blue png")], 4);
    expect(kind).toBe("names");
    expect(folders).toEqual(Array(4).fill("blue"));
    expect([...similarities]).toEqual([1, 1, 1, 1]);
    expect(note).toBe(`The encoder efficientnet-lite0-160 reads no texts, so names, folders and facts were searched for these words. Encoders that read texts: ${pair}. Apply one of them.`); // prettier-ignore
  });

  test("pictures are searched all the same", async () => {
    const engine = await opened("bundled");
    const { kind, folders } = await search(engine, [{ sign: "+", path: join(pictures(), "green/2.png") }], 5);
    expect({ kind, folders }).toEqual({ kind: "pictures", folders: Array(5).fill("green") });
  });

  test.each<[string, SearchTerm[]]>([
    ["a text away from", [minus("red")]],
    ["two texts", [plus("red"), plus("blue")]],
    ["a text with a picture", [plus("red"), { sign: "+", id: 1 as ImageId }]],
  ])("%s is refused, naming encoders that can", async (_, terms) => {
    await expect(search(await opened("bundled"), terms)).rejects.toThrow(new RegExp(`reads no texts, so words cannot be weighed.*Encoders that read texts: ${pair}`)); // prettier-ignore
  });

  test("so are classes from names", async () => {
    const engine = await opened("bundled");
    await expect(engine.handlers["text.zeroShot"]({ classes: ["a"] }, engine.context)).rejects.toThrow(/reads no texts/);
  });
});

test("what a person writes is a picture where a file is, else words", async () => {
  const engine = await opened("pair");
  const path = join(pictures(), "red/0.png");
  expect(engine.readTerm(path, "-")).toEqual({ sign: "-", path });
  expect(engine.readTerm(pictures(), "+")).toEqual({ sign: "+", text: pictures() });
  expect(engine.readTerm("a red dog", "+")).toEqual({ sign: "+", text: "a red dog" });
  expect(() => engine.readTerm("a\0b", "+")).toThrow(/NUL/);
});
