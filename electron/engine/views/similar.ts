/**
 * @file "More like this": exact over the stored vectors, for an image of the collection or a picture from outside.
 */
import type { ImageId, Neighbour } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import { showPath } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import type { Engine } from "../engine.ts";
import { mostSimilar } from "../search/similar.ts";
import type { Catalogue } from "./catalogue.ts";

/** Cosine of a vector with itself, but for rounding. */
const nearlyOne = 0.9999;

export function similarToImage(collection: Collection, id: ImageId, count: number): Neighbour[] {
  return nearestImages(collection, vectorOfImage(collection, id), count, new Set([id]));
}

/** The unit vector of an image of the collection. */
export function vectorOfImage(collection: Collection, id: ImageId): Float32Array {
  const catalogue = collection.catalogue();
  const position = catalogue.positions.get(id);
  if (position === undefined) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
  const vectors = collection.vectors();
  const row = vectors ? vectors.contentIds.indexOf(catalogue.contentIds[position] as number) : -1;
  if (!vectors || row < 0) throw new UserError("not-embedded", `Image ${id} has no embedding yet: wait until indexing is done.`);
  const { dimensions, values } = vectors.table;
  return values.slice(row * dimensions, (row + 1) * dimensions);
}

/** A picture from outside, by its bytes or its path; decoded like any other. */
export async function similarToFile(
  engine: Engine,
  source: { bytes: Uint8Array } | { path: Uint8Array },
  count: number,
): Promise<Neighbour[]> {
  return nearestImages(engine.requireCollection(), await embedFile(engine, source), count, new Set());
}

/** The unit vector of a picture from outside. */
export async function embedFile(engine: Engine, source: { bytes: Uint8Array } | { path: Uint8Array }): Promise<Float32Array> {
  const collection = engine.requireCollection();
  const { size } = collection.encoder().card.input;
  const answer =
    "bytes" in source
      ? await engine.children().run("fromBytes", { bytes: source.bytes, name: "", input: { size } }, { urgent: true })
      : await engine.children().run("ingest", { path: source.path, input: { size }, thumbnail: null }, { urgent: true });
  if ("failure" in answer)
    throw new UserError(
      answer.failure.code,
      `${"path" in source ? showPath(source.path) : "This picture"} cannot be read: ${answer.failure.message}`,
    );
  const session = await engine.querySession();
  return session.embed(Uint8Array.from(answer.tensor as Uint8Array), 1);
}

/** @param exclude the images asked for; their identical copies stay, with similarity 1 where one image was asked for */
export function nearestImages(collection: Collection, query: Float32Array, count: number, exclude: ReadonlySet<ImageId>): Neighbour[] {
  const vectors = collection.vectors();
  if (!vectors || count <= 0) return [];
  const catalogue = collection.catalogue();
  const found = mostSimilar(vectors.table, query, count + exclude.size);
  const ranked = Array.from(found.indices, (row, rank) => ({
    contentId: vectors.contentIds[row] as number,
    similarity: found.similarities[rank] as number,
  }));
  // Copies of the very file come first, also where another file has the same vector.
  if (exclude.size === 1) {
    const [id] = exclude;
    const own = catalogue.contentIds[catalogue.positions.get(id as ImageId) as number];
    const isOwn = ({ contentId, similarity }: (typeof ranked)[number]): number => Number(contentId === own && similarity > nearlyOne);
    ranked.sort((one, other) => isOwn(other) - isOwn(one));
  }
  const results: Neighbour[] = [];
  for (const { contentId, similarity } of ranked)
    for (const id of imagesOf(catalogue, contentId)) if (!exclude.has(id) && results.length < count) results.push({ id, similarity });
  return results;
}

function imagesOf(catalogue: Catalogue, contentId: number): ImageId[] {
  return (catalogue.ofContent.get(contentId) ?? []).map((position) => catalogue.columns.ids[position] as ImageId);
}
