/** @file A look before an encoder is taken in: what is found and asked, what it makes of the collection's pictures, and that nothing is written. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import { spreadOrder } from "#engine/views/encoder-check.ts";
import type { EncoderInspection, ImportRequest } from "#protocol/encoder-contract.ts";
import { drawColouredFolder } from "../../../helpers/coloured-folder.ts";
import { indexNow, testEngine } from "../../../helpers/in-process.ts";
import { savePair } from "../../../helpers/small-pairs.ts";
import { temporaryFolder, temporaryFolderFor } from "../../../helpers/temporary-folder.ts";
import { averaged, convolved, linear, saved, smallEncoder } from "../small-encoders.ts";

const plain = { range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1] };

describe("with a collection of three colours", () => {
  const home = temporaryFolderFor(beforeAll, "home");
  let engine: Engine;
  let pair: ReturnType<typeof savePair>;
  const inspect = (request: ImportRequest): Promise<EncoderInspection> =>
    Promise.resolve(engine.handlers["encoders.inspect"](request, engine.context));
  const list = async () => engine.handlers["encoders.list"]({}, engine.context);

  beforeAll(async () => {
    const pictures = join(home(), "pictures");
    mkdirSync(pictures);
    await drawColouredFolder(pictures);
    pair = savePair(join(home(), "pair"));
    engine = await createEngine({ dataFolder: join(home(), "data"), cores: 2 });
    await engine.openForFolder(pictures, null);
    await indexNow(engine, [pictures]);
    return () => engine.close();
  }, 120_000);

  test("it runs on the pictures and its neighbours have their colour; nothing is written", async () => {
    const temporaries = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("likeness-look-"));
    const before = temporaries();
    const found = await inspect({ file: pair.image, preprocessing: plain, text: pair.text, tokenizer: pair.tokenizer, context: 20 });
    expect(found).toMatchObject({
      name: "vision_model",
      problem: null,
      known: null,
      hasText: true,
      input: { size: 32, sizeIsFree: false, layout: "NCHW", colour: "RGB", ...plain },
      output: { name: "image_embeds", pooling: "none", dimensions: 32 },
    });
    expect(found.input.why).toMatch(/^as it was said; ImageNet's/);
    expect(found.choices[0]).toEqual({ name: "image_embeds", type: "float32 [batch, 32]", isOutput: true, rank: 2 });
    const check = found.check;
    if (check === null) throw new Error("nothing was looked at");
    const colourOf = (at: number): string =>
      dirname(engine.pathOf(check.ids[at] as never))
        .split("/")
        .at(-1) as string;
    const alike = (one: string, other: string): boolean => [one, other].every((name) => ["red", "copies"].includes(name)) || one === other;
    expect([check.ids.length, check.asked, check.each]).toEqual([19, 12, 4]);
    for (let row = 0; row < check.asked; row++)
      for (let rank = 0; rank < check.each; rank++) {
        const at = check.neighbours[row * check.each + rank] as number;
        expect(at).not.toBe(row);
        expect(alike(colourOf(row), colourOf(at)), `${colourOf(row)} ${colourOf(at)}`).toBe(true);
        if (rank > 0)
          expect(check.similarities[row * check.each + rank]).toBeLessThanOrEqual(
            check.similarities[row * check.each + rank - 1] as number,
          );
      }
    expect(check.present).toHaveLength(48);
    expect(check.spread.lowest).toBeLessThan(check.spread.mean);
    expect(check.spread.mean).toBeLessThan(check.spread.highest);
    expect(check.spread.highest).toBeLessThanOrEqual(1.0001);
    expect(temporaries()).toEqual(before);
    expect(existsSync(join(home(), "data", "encoders"))).toBe(false);
    expect((await list()).encoders.map(({ source }) => source)).toEqual(["bundled"]);
  });

  test("what was looked at is what is taken in, and is known from then on; it has seen nothing until it is applied", async () => {
    const asked = { file: pair.image, preprocessing: plain, name: "Three Colours" };
    const { encoder } = await engine.handlers["encoders.import"](asked, engine.context);
    expect((await inspect(asked)).known).toBe(encoder.id);
    expect((await inspect({ ...asked, preprocessing: { ...plain, colour: "BGR" } })).known).toBeNull();
    const before = await list();
    expect(before.previous).toBeNull();
    expect(before.encoders).toMatchObject([
      { source: "bundled", use: { embedded: 19, unseen: 0 }, licence: expect.stringContaining("Apache") as string },
      { id: encoder.id, from: "imported from vision_model.onnx", use: { embedded: 0, unseen: 19 }, licence: expect.stringMatching(/^not stated/) as string }, // prettier-ignore
    ]);
    expect(before.encoders.every(({ bytes }) => bytes > 0)).toBe(true);
    expect(before.encoders[1]?.provenance.map(({ label }) => label)).toContain("SHA-256 of the original");
    const { job } = await engine.handlers["encoders.apply"]({ encoder: encoder.id, device: "cpu" }, engine.context);
    expect((await engine.jobs?.finished(job))?.state).toBe("done");
    const after = await list();
    expect(after.encoders[1]).toMatchObject({ use: { embedded: 19, unseen: 0 } });
    expect(after.previous).toBe("efficientnet-lite0-160");
    await engine.handlers["encoders.revert"]({}, engine.context);
  });

  test("several tensors fit: it says so, lists them, and goes on with the one that is chosen", async () => {
    const two = smallEncoder({
      tail: (builder, image) => {
        const features = averaged(builder, convolved(builder, image));
        return [linear(builder, features, 64), linear(builder, features, 96)];
      },
    });
    const file = saved(two, home(), "two.onnx");
    const open = await inspect({ file });
    expect(open).toMatchObject({ output: null, problem: { code: "encoder-output" }, check: null });
    const [first, second] = open.choices.filter(({ isOutput }) => isOutput);
    expect([first?.type, second?.type]).toEqual(["float32 [batch, 64]", "float32 [batch, 96]"]);
    const chosen = await inspect({ file, output: second?.name as string });
    expect(chosen).toMatchObject({ output: { dimensions: 96 }, problem: null });
    expect(chosen.check?.asked).toBe(12);
  });

  test("what makes all pictures alike, or does not fit, is a problem in words", async () => {
    const flat = await inspect({ file: pair.image, preprocessing: { ...plain, std: [1e9, 1e9, 1e9] } });
    expect(flat.problem).toMatchObject({ code: "encoder-failed", message: expect.stringMatching(/same vector/) as string });
    await expect(inspect({ file: pair.image, preprocessing: { mean: [0, 0], std: [1, 1, 1] } })).rejects.toThrow(/mean is \[0,0\]; expected 3 numbers/); // prettier-ignore
    await expect(inspect({ file: pair.image, preprocessing: { size: 33 } })).rejects.toThrow(/takes pictures of 32 px/);
    writeFileSync(join(home(), "no.onnx"), "not a model");
    await expect(inspect({ file: join(home(), "no.onnx") })).rejects.toThrow(/no\.onnx: /);
    await expect(inspect({ file: pair.image, text: pair.text })).rejects.toThrow(/goes with its tokenizer/);
  });

  test("dropped files lie together until the engine ends; a name is no path", async () => {
    const bytes = new Uint8Array(readFileSync(pair.image));
    const files = [{ name: "a.onnx", bytes }, { name: "encoder.json", bytes: Buffer.from(JSON.stringify({ ...plain, name: "Beside" })) }]; // prettier-ignore
    const { paths } = await engine.handlers["encoders.receive"]({ files }, engine.context);
    expect(await inspect({ file: paths[0] as string })).toMatchObject({ name: "Beside", input: plain, problem: null });
    expect(() => engine.encoders.receive([{ name: "../a.onnx", bytes }])).toThrow(/no name of a file/);
    expect(() => engine.encoders.receive([files[0], files[0]] as never)).toThrow(/one name/);
    engine.encoders.close();
    expect(existsSync(paths[0] as string)).toBe(false);
  });
});

test("without a collection there is nothing to look at, and the rest is said all the same", async () => {
  const home = temporaryFolder();
  const engine = await testEngine(join(home, "data"));
  const { image } = savePair(join(home, "pair"));
  const found = await engine.handlers["encoders.inspect"]({ file: image, preprocessing: plain }, engine.context);
  expect(found).toMatchObject({ problem: null, check: null, output: { dimensions: 32 } });
  expect((await engine.handlers["encoders.list"]({}, engine.context)).encoders[0]?.use).toBeNull();
});

test.each([0, 1, 11, 12, 30, 59, 60, 1000])("of %i pictures each is looked at once, those asked for first and spread", (count) => {
  const places = spreadOrder(count);
  expect(new Set(places).size).toBe(Math.min(60, count));
  expect(places.every((place) => place >= 0 && place < Math.max(1, count))).toBe(true);
  const shown = places.slice(0, 12);
  expect([...shown].sort((one, other) => one - other)).toEqual(shown);
  if (count >= 60) expect(Math.max(...shown) - Math.min(...shown)).toBeGreaterThan(0.8 * count);
});
