import { expect, test } from "vitest";

import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { networkOfEncoder } from "#engine/training/network/from-encoder.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { saveTinyEncoder, tinyEncoder } from "../tiny-run.ts";

test("the bundled encoder: three blocks meet in its embedding; the feature map is the last of them", () => {
  const network = networkOfEncoder(findEncoder(defaultEncoderId).card);
  expect(network).toMatchObject({ embedding: "embedding", dimensions: 384, featureMap: "block14", inputs: [{ shape: [3, null, null] }] });
});

test("an encoder of a folder comes back as it was built; one without the output of its card is refused", () => {
  const card = saveTinyEncoder(temporaryFolder());
  const network = networkOfEncoder(card);
  const built = tinyEncoder();
  expect(network).toMatchObject({ embedding: "vector", dimensions: 16, featureMap: built.featureMap });
  expect(network.model.graph.nodes.map(({ opType }) => opType)).toEqual(built.model.graph.nodes.map(({ opType }) => opType));
  expect(() => networkOfEncoder({ ...card, output: { ...card.output, name: "nothing" } })).toThrow(/has no output "nothing"/);
});
