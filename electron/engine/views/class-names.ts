/**
 * @file What words say of the whole collection: a class for every picture from names of classes, and names for the clusters of the map.
 */
import type { ClusterName, ZeroShotLabels } from "#protocol/text-contract.ts";

import { UserError } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import type { Collection } from "../collection.ts";
import type { Engine } from "../engine.ts";
import { combineTerms } from "../search/combine-terms.ts";
import { nameClusters } from "../search/name-clusters.ts";
import { zeroShot } from "../search/zero-shot.ts";
import type { EmbeddedContents } from "../stages/vectors.ts";

/** Rows between two breaths: other questions wait no longer than some 50 ms. */
const numbersAtOnce = 2e7;

export async function labelByNames(engine: Engine, classes: readonly string[], templates?: readonly string[]): Promise<ZeroShotLabels> {
  const collection = engine.requireCollection();
  const texts = await classVectors(engine, classes, templates);
  const { contentIds, table } = embedded(collection);
  const [labels, similarities, margins] = [new Int32Array(table.count), new Float32Array(table.count), new Float32Array(table.count)];
  const step = Math.max(1, Math.floor(numbersAtOnce / (table.dimensions * texts.count)));
  for (let from = 0; from < table.count; from += step) {
    const part = zeroShot(rowsOf(table, from, Math.min(table.count, from + step)), texts);
    labels.set(part.labels, from);
    similarities.set(part.similarities, from);
    margins.set(part.margins, from);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const catalogue = collection.catalogue();
  const rows: number[] = [];
  const ids: number[] = [];
  const copyOf: number[] = [];
  contentIds.forEach((content, row) => {
    const positions = catalogue.ofContent.get(content) ?? [];
    for (const position of positions) {
      copyOf.push(catalogue.columns.ids[positions[0] as number] as number);
      ids.push(catalogue.columns.ids[position] as number);
      rows.push(row);
    }
  });
  return {
    ids: Int32Array.from(ids),
    copyOf: Int32Array.from(copyOf),
    labels: Int32Array.from(rows, (row) => labels[row] as number),
    similarities: Float32Array.from(rows, (row) => similarities[row] as number),
    margins: Float32Array.from(rows, (row) => margins[row] as number),
  };
}

export async function nameMapClusters(engine: Engine, words: readonly string[], templates?: readonly string[]): Promise<ClusterName[]> {
  const collection = engine.requireCollection();
  const texts = await classVectors(engine, words, templates);
  const { contentIds, table } = embedded(collection);
  const map = collection.map();
  if (map === null)
    throw new UserError("no-map", "The collection has no map yet, and so no clusters to name: wait until indexing is done.");
  const cluster = new Map(Array.from(map.contentIds, (content, row) => [content, map.clusters[row] as number]));
  const named = nameClusters(table, contentIds.map((content) => cluster.get(content) ?? -1), texts); // prettier-ignore
  return named.map(({ cluster: label, words: places, lifts }) => ({
    cluster: label,
    words: places.map((place, at) => ({ word: words[place] as string, lift: lifts[at] as number })),
  }));
}

/** The sentence CLIP was judged with; what a person's own captions sound like is not known. */
const usualTemplates = { "tokenizer.json": ["a photo of a {}."], "byte-pairs": ["{}"] } as const;

/** A unit row for each name: the mean over the templates. */
async function classVectors(engine: Engine, names: readonly string[], templates?: readonly string[]): Promise<VectorTable> {
  const { card } = engine.requireCollection().encoder();
  if (names.length === 0) throw new UserError("bad-query", "There are no names; expected at least one.");
  const used = templates ?? usualTemplates[card.text?.tokenizer.kind ?? "byte-pairs"];
  const wrong = used.find((template) => !template.includes("{}"));
  if (wrong !== undefined || used.length === 0)
    throw new UserError("bad-query", `A template is ${JSON.stringify(wrong ?? null)}; expected a text with {} where the name goes.`);
  const { dimensions } = card.output;
  const made = await engine.embedTexts(names.flatMap((name) => used.map((template) => template.replaceAll("{}", name))));
  const values = new Float32Array(names.length * dimensions);
  names.forEach((_, row) => {
    const parts = used.map((__, at) => {
      const start = (row * used.length + at) * dimensions;
      return { vector: made.subarray(start, start + dimensions), weight: 1 };
    });
    values.set(combineTerms(parts), row * dimensions);
  });
  return { count: names.length, dimensions, values };
}

function embedded(collection: Collection): EmbeddedContents {
  const vectors = collection.vectors();
  if (vectors === null || vectors.table.count === 0)
    throw new UserError("not-embedded", "No picture has an embedding by this encoder yet: wait until indexing is done.");
  return vectors;
}

function rowsOf({ dimensions, values }: VectorTable, from: number, to: number): VectorTable {
  return { count: to - from, dimensions, values: values.subarray(from * dimensions, to * dimensions) };
}
