/**
 * @file Embeddings of whole labelled folders by the bundled encoder, without augmented views. Kept in the folder of fixtures, so that a second run takes seconds.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import { openSession } from "#engine/runtime/session.ts";

import { fixturesFolder } from "../../fixtures/packages.ts";
import { tensorOf, toSquare } from "../verdict/embed.ts";
import type { Source } from "../verdict/sources.ts";

export interface LabelledFolder {
  readonly name: string;
  readonly table: VectorTable;
  /** [n] true classes. */
  readonly labels: Int32Array;
  readonly classCount: number;
}

const dimensions = 384;
const batch = 32;

/** Pictures that cannot be decoded are left out. */
export async function embedWhole({ name, pictures }: Source): Promise<LabelledFolder> {
  const cache = join(fixturesFolder(), "fewshot-embeddings");
  await mkdir(cache, { recursive: true });
  const file = join(cache, `${name.replaceAll(" ", "-")}-${pictures.length}`);
  if (!existsSync(`${file}.f32`)) {
    const model = join(import.meta.dirname, "../../../electron/engine/encoders/bundled/efficientnet-lite0/model.onnx");
    const session = await openSession(model, "cpu", 2);
    const classes = [...new Set(pictures.map(({ label }) => label))].sort();
    const kept: number[] = [];
    const rows: Float32Array[] = [];
    for (let start = 0; start < pictures.length; start += batch) {
      const part = pictures.slice(start, start + batch);
      const squares = await Promise.all(part.map(({ load }) => load().then(toSquare).catch(() => null))); // prettier-ignore
      const read = squares.filter((square) => square !== null);
      part.forEach(({ label }, at) => squares[at] !== null && kept.push(classes.indexOf(label)));
      if (read.length > 0) rows.push(Float32Array.from((await session.run({ image: tensorOf(read) }))["embedding"].data as Float32Array));
    }
    await writeFile(`${file}.f32`, Buffer.concat(rows.map((row) => new Uint8Array(row.buffer))));
    await writeFile(`${file}.labels.json`, JSON.stringify(kept));
  }
  const labels = Int32Array.from(JSON.parse(await readFile(`${file}.labels.json`, "utf8")) as number[]);
  const values = makeUnitRows(new Float32Array(new Uint8Array(await readFile(`${file}.f32`)).buffer), dimensions);
  return { name, table: { count: labels.length, dimensions, values }, labels, classCount: new Set(labels).size };
}
