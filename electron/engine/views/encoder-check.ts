/**
 * @file What an encoder that is not taken in yet makes of pictures of the open collection: how alike they are to it, and the nearest of a few, beside the
 * nearest by the encoder in use.
 */
import type { EncoderCheck } from "#protocol/encoder-contract.ts";
import type { ImageId } from "#protocol/model.ts";

import { throwIfAborted } from "../base/errors.ts";
import type { Collection } from "../collection.ts";
import type { EncoderCard } from "../encoders/encoder-card.ts";
import type { Engine } from "../engine.ts";
import { openInference, type InferenceSessionHandle } from "../runtime/inference.ts";
import { inferenceRequest } from "../stages/encoder-use.ts";

/** Pictures whose neighbours are shown. */
const asked = 12;
/** Pictures that may be neighbours, those included; fewer where an encoder takes its time. */
const most = 60;
const longestMs = 6000;
const each = 4;

/** Null: no collection is open, or it has too few pictures that can be read. */
export async function checkEncoder(engine: Engine, card: EncoderCard, signal?: AbortSignal): Promise<EncoderCheck | null> {
  const { collection } = engine;
  if (collection === null) return null;
  const session = await openInference({ ...inferenceRequest({ card, origin: "imported" }, engine.cores), device: "cpu" });
  try {
    const { positions, rows } = await embedSome({ engine, collection, card, session, signal });
    if (rows.length < 2 + each) return null;
    const { ids } = collection.catalogue().columns;
    const count = Math.min(asked, rows.length);
    const found = nearest(rows, count);
    const present = presentRows(collection, positions);
    return {
      ids: positions.map((position) => ids[position] as ImageId),
      asked: count,
      each,
      ...found,
      present: present && nearest(present, count).neighbours,
      spread: spreadOf(rows),
    };
  } finally {
    await session.close();
  }
}

interface Embedding {
  readonly engine: Engine;
  readonly collection: Collection;
  readonly card: EncoderCard;
  readonly session: InferenceSessionHandle;
  readonly signal: AbortSignal | undefined;
}

/** Unit vectors of pictures spread over the collection, those that are asked for first. */
async function embedSome({ engine, collection, card, session, signal }: Embedding): Promise<{ positions: number[]; rows: Float32Array[] }> {
  const { paths } = collection.catalogue();
  const { size } = card.input;
  const { dimensions } = card.output;
  const positions: number[] = [];
  const rows: Float32Array[] = [];
  const wanted = spreadOrder(paths.length);
  const startedAt = engine.clock.now();
  for (let from = 0; from < wanted.length && (from === 0 || engine.clock.now() - startedAt < longestMs); from += asked) {
    throwIfAborted(signal);
    const some = wanted.slice(from, from + asked);
    const answers = await Promise.all(
      some.map((position) =>
        engine.children().run("ingest", { path: paths[position] as Buffer, input: { size }, thumbnail: null }, { urgent: true }),
      ),
    );
    // One that cannot be read (any more) is no picture to judge by.
    const read = answers.flatMap((answer, at) => ("failure" in answer ? [] : [{ at, tensor: answer.tensor as Uint8Array }]));
    if (read.length === 0) continue;
    const pixels = new Uint8Array(read.length * size * size * 3);
    read.forEach(({ tensor }, at) => pixels.set(tensor, at * size * size * 3));
    const vectors = await session.embed(pixels, read.length);
    read.forEach(({ at }, row) => {
      positions.push(some[at] as number);
      rows.push(vectors.slice(row * dimensions, (row + 1) * dimensions));
    });
  }
  return { positions, rows };
}

/** Places spread over `count`, first those whose neighbours are shown, then those between them. */
export function spreadOrder(count: number): number[] {
  const taken = Math.min(most, count);
  const all = Array.from({ length: taken }, (_, at) => Math.floor((at * count) / taken));
  const shown = Math.min(asked, taken);
  const first = new Set(Array.from({ length: shown }, (_, at) => all[Math.floor((at * taken) / shown)] as number));
  return [...first, ...all.filter((place) => !first.has(place))];
}

function nearest(rows: readonly Float32Array[], count: number): Pick<EncoderCheck, "neighbours" | "similarities"> {
  const neighbours = new Int32Array(count * each);
  const similarities = new Float32Array(count * each);
  for (let row = 0; row < count; row++) {
    const own = rows[row] as Float32Array;
    const ranked = rows
      .map((other, at) => ({ at, similarity: at === row ? -Infinity : dot(own, other) }))
      .sort((one, other) => other.similarity - one.similarity || one.at - other.at);
    for (let rank = 0; rank < each; rank++) {
      neighbours[row * each + rank] = (ranked[rank] as { at: number }).at;
      similarities[row * each + rank] = (ranked[rank] as { similarity: number }).similarity;
    }
  }
  return { neighbours, similarities };
}

function spreadOf(rows: readonly Float32Array[]): EncoderCheck["spread"] {
  let [lowest, highest, sum, pairs] = [Infinity, -Infinity, 0, 0];
  rows.forEach((one, at) => {
    for (const other of rows.slice(at + 1)) {
      const similarity = dot(one, other);
      lowest = Math.min(lowest, similarity);
      highest = Math.max(highest, similarity);
      sum += similarity;
      pairs++;
    }
  });
  return { lowest, mean: sum / pairs, highest };
}

/** Vectors of the encoder in use; null where it has not seen all of them. */
function presentRows(collection: Collection, positions: readonly number[]): Float32Array[] | null {
  const vectors = collection.vectors();
  if (vectors === null) return null;
  const { contentIds } = collection.catalogue();
  const { dimensions, values } = vectors.table;
  const rowOf = new Map(Array.from(vectors.contentIds, (content, row) => [content, row]));
  const rows = positions.map((position) => rowOf.get(contentIds[position] as number));
  if (rows.some((row) => row === undefined)) return null;
  return rows.map((row) => values.subarray((row as number) * dimensions, ((row as number) + 1) * dimensions));
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] as number) * (other[at] as number);
  return sum;
}
