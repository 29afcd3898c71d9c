import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { readEncoderCard } from "#engine/encoders/encoder-card.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const bundled = dirname(findEncoder(defaultEncoderId).card.modelPath);

test("the bundled card is read whole", () => {
  const card = readEncoderCard(bundled);
  expect(card).toMatchObject({
    id: defaultEncoderId,
    input: { name: "image", layout: "NCHW", size: 160, mean: [127, 127, 127], std: [128, 128, 128] },
    output: { name: "embedding", dimensions: 384 },
  });
});

test.each([
  [
    "input.size",
    (card: Record<string, Record<string, unknown>>) => void (card["input"]!["size"] = 7),
    "input.size is 7; expected a whole number from 16 to 4096",
  ],
  [
    "input.mean",
    (card: Record<string, Record<string, unknown>>) => void (card["input"]!["mean"] = [1, 2]),
    "input.mean is [1,2]; expected 3 numbers",
  ],
  [
    "input.layout",
    (card: Record<string, Record<string, unknown>>) => void (card["input"]!["layout"] = "CHW"),
    'input.layout is "CHW"; expected NCHW or NHWC',
  ],
  ["output", (card: Record<string, Record<string, unknown>>) => void delete card["output"], "output is missing; expected an object"],
])("a card whose %s is wrong is refused with path, value and expectation", (_, spoil, message) => {
  const folder = temporaryFolder();
  const card = JSON.parse(readFileSync(join(bundled, "encoder.json"), "utf8")) as Record<string, Record<string, unknown>>;
  spoil(card);
  writeFileSync(join(folder, "encoder.json"), JSON.stringify(card));
  expect(() => readEncoderCard(folder)).toThrow(`${join(folder, "encoder.json")}: ${message}`);
});

test("a card that is no JSON is refused", () => {
  const folder = temporaryFolder();
  copyFileSync(join(bundled, "LICENSE.weights"), join(folder, "encoder.json"));
  expect(() => readEncoderCard(folder)).toThrow(/encoder\.json cannot be read/);
});

test("an unknown encoder is refused with the known ones", () => {
  expect(() => findEncoder("nothing")).toThrow(`There is no encoder "nothing". Known: ${defaultEncoderId}.`);
});
