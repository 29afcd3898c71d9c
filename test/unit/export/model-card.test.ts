import { expect, test } from "vitest";

import { findEncoder, defaultEncoderId } from "#engine/encoders/registry.ts";
import { modelCard } from "#engine/export/encoder/model-card.ts";

const { card } = findEncoder(defaultEncoderId);
const frozen = { viewRetrieval: 0.51234, weakLabelKnn: null };
const report = { verdict: "helped", recommended: "a|b", frozen, after: { viewRetrieval: 0.75, rankMe: 120.5 } };

test("a trained encoder's page has what its training found: a line for each word, a table of what was measured", () => {
  const page = modelCard({ card: { ...card, report }, origin: "trained", maxDifference: 2.5e-7, version: "1.2.3", smaller: [] });
  expect(page).toContain(`## What its training found

- verdict: helped
- recommended: a\\|b

| | frozen | after |
|---|---|---|
| view retrieval | 0.5123 | 0.75 |
| weak label knn | - | - |
| rank me | - | 120.5 |

## What it expects`);
  expect(page).toContain("It was trained with Likeness.");
  expect(page).toContain(
    "Exported by Likeness 1.2.3; the file was opened again and its vectors differ from those in the app by at most 2.5e-7.",
  );
});

test("an encoder without training has no such part, one without maps no such list", () => {
  const page = modelCard({ card: { ...card, spatial: [] }, origin: "bundled", maxDifference: 0, version: "1.2.3", smaller: [] });
  expect(page).not.toMatch(/training|Feature maps/);
  expect(page).toContain("- Licence: Apache-2.0");
  expect(page).toContain("2. Channels in the order RGB; bytes 0 to 255 become 0 to 255.\n3. Minus 127, 127, 127, divided by 128, 128, 128");
});

test("layout, colour and batch are in the words and in the programs", () => {
  const input = { ...card.input, layout: "NHWC" as const, colour: "BGR" as const, batch: 4, range: [0, 1] as const, size: 96 };
  const page = modelCard({ card: { ...card, input }, origin: "imported", maxDifference: 0, version: "1.2.3", smaller: [] });
  expect(page).toContain("4. float32, [4, 96, 96, 3]: always 4 pictures.");
  expect(page).toContain("np.asarray(image, np.float32)[..., ::-1]");
  expect(page).toContain("np.repeat(pixels[None], 4, axis=0)");
  expect(page).toContain('new Tensor("float32", batch, [4, 96, 96, 3])');
});

test("smaller forms are listed with what they cost", () => {
  const smaller = [
    { form: "fp16", file: "model.fp16.onnx", bytes: 4_900_000, cosine: 0.99999, lowestCosine: 0.99998, neighboursKept: 0.998 },
    { form: "int8", file: "model.int8.onnx", bytes: 2_700_000, cosine: 0.9908, lowestCosine: 0.9366, neighboursKept: null },
  ] as const;
  const page = modelCard({ card, origin: "bundled", maxDifference: 0, version: "1.2.3", smaller });
  expect(page).toContain("| `model.fp16.onnx` | weights as float16, computed in float32 | 4.9 | 1.0000, 1.0000 | 99.8 % |");
  expect(page).toContain(
    "| `model.int8.onnx` | convolutions in whole numbers of 8 bits | 2.7 | 0.9908, 0.9366 | not tried: no collection was open |",
  );
});
