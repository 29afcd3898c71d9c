import { beforeAll, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { IndexReport } from "#protocol/model.ts";
import { drawCollection } from "../fixtures/collection.ts";
import { readFindings, killedWhileIndexing } from "../helpers/interrupted-indexing.ts";
import { runJson } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");

test("killed again and again while indexing, the end is the uninterrupted one", { timeout: 300_000 }, async () => {
  await drawCollection(pictures(), { kinds: 4, perKind: 20 });
  const whole = await runJson<IndexReport>(["index", pictures(), "--workspace", `${data()}/whole`], data());
  const workspace = `${data()}/killed`;
  const random = createRandom(Number(process.env["LIKENESS_SEED"] ?? 21));
  let kills = 0;
  for (let attempt = 0; attempt < 4; attempt++)
    if (await killedWhileIndexing([pictures()], workspace, data(), (0.5 + random.unit() * 0.9) * whole.seconds.total * 1000)) kills++;
  expect(kills).toBeGreaterThan(0);
  const report = await runJson<IndexReport>(["index", pictures(), "--workspace", workspace], data());
  if (kills === 4) expect(report.files).toEqual(whole.files);
  const [expected, seen] = [await readFindings(`${data()}/whole`, data()), await readFindings(workspace, data())];
  expect(seen.outcomes).toEqual(expected.outcomes);
  expect(seen.pairs).toEqual(expected.pairs);
  expect(seen.outlierOrder).toEqual(expected.outlierOrder);
  for (const [path, vector] of expected.vectors) {
    const other = seen.vectors.get(path) as Float32Array;
    const dot = (one: Float32Array, two: Float32Array): number =>
      one.reduce((sum, value, index) => sum + value * (two[index] as number), 0);
    const cosine = dot(vector, other) / Math.sqrt(dot(vector, vector) * dot(other, other));
    expect(cosine, path).toBeGreaterThan(0.9999);
  }
  expect(seen.vectors.size).toBe(expected.vectors.size);
});
