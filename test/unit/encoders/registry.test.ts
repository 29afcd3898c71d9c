import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { byteNormalisation } from "#engine/encoders/byte-normalisation.ts";
import { readEncoderCard, writeEncoderCard } from "#engine/encoders/encoder-card.ts";
import { importEncoder } from "#engine/encoders/import/import-encoder.ts";
import { defaultEncoderId, findEncoder, listRegisteredEncoders } from "#engine/encoders/registry.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { averaged, convolved, saved, smallEncoder } from "./small-encoders.ts";

const model = smallEncoder({ tail: (builder, image) => [averaged(builder, convolved(builder, image))] });

test("a card that is written is read again, whole", async () => {
  const data = temporaryFolder();
  const { encoder } = await importEncoder({ file: saved(model, data), dataFolder: data, threads: 1, name: "Net" });
  const folder = join(data, "encoders", encoder.card.id);
  const card = { ...encoder.card, report: { verdict: "helped", after: { rankMe: 12.5 } }, spatial: ["a", "b"] };
  const text = writeEncoderCard(card, "trained");
  // Three numbers of a colour on one line.
  expect(text).toContain('"mean": [0.485, 0.456, 0.406],');
  writeFileSync(join(folder, "encoder.json"), text);
  expect(readEncoderCard(folder)).toEqual(card);
  expect(findEncoder(card.id, data)).toEqual({ card, origin: "trained" });
});

test("encoders of the data directory stand beside the bundled ones; one that is broken hides nobody", async () => {
  const data = temporaryFolder();
  const { encoder } = await importEncoder({ file: saved(model, data), dataFolder: data, threads: 1, name: "Net" });
  for (const [name, card] of [
    ["no-card", "{"],
    ["other-id", writeEncoderCard(encoder.card, "imported")],
    [".on-its-way", "{}"],
  ] as const) {
    mkdirSync(join(data, "encoders", name));
    writeFileSync(join(data, "encoders", name, "encoder.json"), card);
  }
  expect(listRegisteredEncoders(data).map(({ card, origin }) => [card.id, origin])).toEqual([
    [defaultEncoderId, "bundled"],
    [encoder.card.id, "imported"],
  ]);
  expect(() => findEncoder("no-card", data)).toThrow(/no-card.encoder\.json cannot be read/);
  expect(() => findEncoder("other-id", data)).toThrow(`id is "${encoder.card.id}"; expected the name of its folder, "other-id"`);
  expect(() => findEncoder("../models", data)).toThrow('There is no encoder "../models"');
  expect(() => findEncoder(encoder.card.id)).toThrow(`Known: ${defaultEncoderId}.`);
});

test.each<[string, { readonly input?: object; readonly file?: string; readonly report?: string }, string]>([
  ["a file elsewhere", { file: "../../model.onnx" }, 'file is "../../model.onnx"; expected the name of a file beside it'],
  ["an absolute file", { file: "/etc/passwd" }, 'file is "/etc/passwd"; expected the name of a file beside it'],
  ["no deviation", { input: { std: [1, 0, 1] } }, "input.std is [1,0,1]; expected 3 numbers above 0"],
  ["a range without width", { input: { range: [1, 1] } }, "input.range is [1,1]; expected two numbers, the lower one first"],
  ["an odd colour order", { input: { colour: "GBR" } }, 'input.colour is "GBR"; expected RGB or BGR'],
  ["an empty batch", { input: { batch: 0 } }, "input.batch is 0; expected a whole number from 1 to 4096"],
  ["a report that is none", { report: "good" }, 'report is "good"; expected an object'],
])("a card with %s is refused", (_, change, message) => {
  const folder = temporaryFolder();
  const card = JSON.parse(writeEncoderCard(findEncoder(defaultEncoderId).card, "imported")) as { input: object };
  writeFileSync(join(folder, "encoder.json"), JSON.stringify({ ...card, ...change, input: { ...card.input, ...change.input } }));
  expect(() => readEncoderCard(folder)).toThrow(`${join(folder, "encoder.json")}: ${message}`);
});

test("range, mean and std as two numbers for bytes", () => {
  // ((byte / 255) - 0.5) / 0.25 = (byte - 127.5) / 63.75; (byte / 127.5 - 1 - 0) / 1 = (byte - 127.5) / 127.5.
  const half = [0.5, 0.5, 0.5] as const;
  expect(byteNormalisation({ range: [0, 1], mean: half, std: [0.25, 0.25, 0.25] })).toEqual({
    mean: [127.5, 127.5, 127.5],
    std: [63.75, 63.75, 63.75],
  });
  expect(byteNormalisation({ range: [-1, 1], mean: [0, 0, 0], std: [1, 1, 1] })).toEqual({
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
  });
  // Exactly themselves, so that the bundled encoder's vectors stay what they are.
  expect(byteNormalisation({ range: [0, 255], mean: [127, 127, 127], std: [128, 128, 128] })).toEqual({
    mean: [127, 127, 127],
    std: [128, 128, 128],
  });
});
