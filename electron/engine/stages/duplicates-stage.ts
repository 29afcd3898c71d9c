/**
 * @file Fifth stage: candidates from hashes and neighbours, each verified on pixels in the children, verdicts stored as they come. A pair
 * that was judged once is never compared again, so a cut-off stage goes on where it was.
 */
import { inLanes } from "../base/lanes.ts";
import type { CandidatePair, ContentFacts } from "../duplicates/types.ts";
import { keepsEveryPixel } from "../duplicates/keep.ts";
import { verifierVersion } from "../duplicates/version.ts";
import type { VerifyPair, VerifyPicture } from "../children/verify-pairs.ts";
import { listPresentContents, type ContentRow } from "../store/queries/contents.ts";
import { listJudgedPairs, readMark, saveMark, savePair } from "../store/queries/findings.ts";
import { inTransaction, readAll } from "../store/statements.ts";
import { compute } from "./compute.ts";
import { fingerprint } from "./fingerprint.ts";
import { asGraph, requireGraph, vectorSource } from "./neighbours-stage.ts";
import type { Pipeline } from "./pipeline.ts";

const version = 1;
const seed = 3;
/** Pairs in one request to a child: under a second of work, so that progress moves and a cancel is heard. */
const pairsPerRequest = 24;

export function contentFacts(row: ContentRow): ContentFacts {
  return {
    id: row.id,
    byteSize: row.size_bytes,
    width: row.width,
    height: row.height,
    format: row.format,
    perceptual: new Uint8Array(row.perceptual),
    colour: new Uint8Array(row.colour),
    sharpness: row.sharpness,
  };
}

export async function duplicatesStage(pipeline: Pipeline): Promise<void> {
  const { store, encoderRow } = pipeline;
  const rows = listPresentContents(store);
  const mark = fingerprint(
    `duplicates/${verifierVersion}`,
    version,
    encoderRow.key,
    rows.map((row) => row.id),
  );
  if (readMark(store, "duplicates", encoderRow.key) === mark) return;
  const contents = rows.map(contentFacts);
  const candidates = await findCandidates(pipeline, contents);
  const judged = new Set(listJudgedPairs(store, verifierVersion).map(({ a, b }) => `${a}/${b}`));
  const open = candidates.filter((pair) => !judged.has(pairKey(contents[pair.a] as ContentFacts, contents[pair.b] as ContentFacts)));
  const left = await verify(pipeline, contents, open);
  // What could not be compared now (a file that is away, a decoder that died) is tried again by the next run.
  inTransaction(store, () => saveMark(store, "duplicates", encoderRow.key, left === 0 ? mark : `${mark} but ${left}`));
}

async function findCandidates(pipeline: Pipeline, contents: ContentFacts[]): Promise<CandidatePair[]> {
  const stored = requireGraph(pipeline);
  const positions = new Map(contents.map((content, index) => [content.id, index]));
  const rows = stored ? Int32Array.from(stored.contentIds, (id) => positions.get(id) ?? -1) : new Int32Array(0);
  return compute(
    "candidates",
    { contents, graph: stored ? asGraph(stored) : null, rows, source: vectorSource(pipeline), seed },
    { control: pipeline.job.control },
  );
}

/** Gives the number of pairs that got no verdict. */
async function verify(pipeline: Pipeline, contents: readonly ContentFacts[], pairs: readonly CandidatePair[]): Promise<number> {
  const { store, children, job } = pipeline;
  const paths = onePathPerContent(pipeline);
  const requests = chunkByPicture(pairs);
  let done = 0;
  let left = 0;
  job.progress(0, pairs.length);
  const judge = async (chunk: readonly CandidatePair[]): Promise<void> => {
    await job.control.gate();
    const { pictures, indexed } = indexPictures(chunk, contents, paths);
    const answer = await children.run(
      "verify",
      { pictures, pairs: indexed },
      { signal: job.signal, timeoutMs: chunk.length > 1 ? 120_000 : 30_000 },
    );
    if ("failure" in answer) {
      // One picture that hangs or crashes the decoder must not cost the pairs it shared a request with.
      if (chunk.length > 1) for (const pair of chunk) await judge([pair]);
      else left++;
      return;
    }
    inTransaction(store, () =>
      chunk.forEach((pair, index) => {
        const verdict = answer.verdicts[index];
        if (!verdict) {
          left++;
          return;
        }
        const [one, other] = [(contents[pair.a] as ContentFacts).id, (contents[pair.b] as ContentFacts).id];
        savePair(
          store,
          { a: Math.min(one, other), b: Math.max(one, other), relation: verdict.relation, score: verdict.score },
          verifierVersion,
        );
      }),
    );
  };
  await inLanes(requests, children.size * 2, async (chunk) => {
    await judge(chunk);
    done += chunk.length;
    job.progress(done, pairs.length);
  });
  return left;
}

/** Pairs that share pictures go to the same child, which then decodes each picture once: chunks along the sorted list. */
function chunkByPicture(pairs: readonly CandidatePair[]): CandidatePair[][] {
  const sorted = [...pairs].sort((one, other) => one.a - other.a || one.b - other.b);
  const chunks: CandidatePair[][] = [];
  for (let at = 0; at < sorted.length; at += pairsPerRequest) chunks.push(sorted.slice(at, at + pairsPerRequest));
  return chunks;
}

function indexPictures(
  chunk: readonly CandidatePair[],
  contents: readonly ContentFacts[],
  paths: ReadonlyMap<number, Buffer>,
): { pictures: VerifyPicture[]; indexed: VerifyPair[] } {
  const pictures: VerifyPicture[] = [];
  const places = new Map<number, number>();
  const place = (position: number): number => {
    const known = places.get(position);
    if (known !== undefined) return known;
    const content = contents[position] as ContentFacts;
    places.set(position, pictures.length);
    pictures.push({
      path: paths.get(content.id) as Buffer,
      width: content.width,
      height: content.height,
      lossless: keepsEveryPixel(content.format),
    });
    return pictures.length - 1;
  };
  const indexed = chunk.map((pair): VerifyPair => ({
    a: place(pair.a),
    b: place(pair.b),
    maybeIdentical: pair.reasons.includes("pixels"),
    orientations: pair.orientations ?? null,
    lookForScene: pair.lookForScene,
  }));
  return { pictures, indexed };
}

function onePathPerContent(pipeline: Pipeline): Map<number, Buffer> {
  const rows = readAll<{ content_id: number; path: Buffer }>(
    pipeline.store,
    "SELECT content_id, path FROM files WHERE state = 'image' ORDER BY path DESC",
  );
  return new Map(rows.map((row) => [row.content_id, row.path]));
}

function pairKey(one: ContentFacts, other: ContentFacts): string {
  return `${Math.min(one.id, other.id)}/${Math.max(one.id, other.id)}`;
}
