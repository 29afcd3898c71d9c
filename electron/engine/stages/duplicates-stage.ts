/**
 * @file Fifth stage: candidates from hashes and neighbours, each verified on pixels in the children, verdicts stored as they come. A pair
 * that was judged once is never compared again, so a cut-off stage goes on where it was. Of a watched folder only what joined is compared,
 * with everything; a whole run looks at all again, since what is near by chance is learnt anew from a collection that has grown.
 */
import type { CandidatePair, ContentFacts, Fresh } from "../duplicates/types.ts";
import { verifierVersion } from "../duplicates/version.ts";
import { listPresentContents, type ContentRow } from "../store/queries/contents.ts";
import { listCompared, replaceCompared } from "../store/queries/compared.ts";
import { listHeldPairs, listJudgedPairs, readMark, saveMark, savePair } from "../store/queries/findings.ts";
import { pathByContent } from "../store/queries/files.ts";
import { inTransaction } from "../store/statements.ts";
import { compute } from "./compute.ts";
import { fingerprint } from "./fingerprint.ts";
import { addKeypoints } from "./keypoints.ts";
import { requireGraph, vectorSource } from "./neighbours-stage.ts";
import type { Pipeline } from "./pipeline.ts";
import { asGraph } from "./stored-graph.ts";
import { verifyCandidates } from "./verify-candidates.ts";

const version = 2;
const seed = 3;
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

/** Where more than this share of a collection is fresh, a watched folder too is compared as a whole. */
const mostFresh = 0.1;
/** Ends the mark of a stage that compared what joined alone. */
const joinedOnly = " as it joined";

export interface DuplicatesOptions {
  /** What was compared with everything is not compared again with what it was compared with. */
  readonly freshOnly?: boolean | undefined;
}

export async function duplicatesStage(pipeline: Pipeline, { freshOnly = false }: DuplicatesOptions = {}): Promise<void> {
  const { store, encoderRow } = pipeline;
  const rows = listPresentContents(store);
  const contentIds = rows.map((row) => row.id);
  const mark = fingerprint(`duplicates/${verifierVersion}`, version, encoderRow.key, contentIds);
  const before = readMark(store, "duplicates", encoderRow.key);
  if (before === mark || (freshOnly && before === `${mark}${joinedOnly}`)) return;
  const fresh = freshOnly ? freshOf(pipeline, contentIds) : undefined;
  const contents = rows.map(contentFacts);
  const paths = pathByContent(store);
  await addKeypoints({ ...pipeline, paths }, rows);
  const candidates = await findCandidates(pipeline, contents, fresh);
  const known = new Set(listJudgedPairs(store, verifierVersion).map(({ a, b }) => `${a}/${b}`));
  const open = candidates.filter((pair) => !known.has(pairKey(contents[pair.a] as ContentFacts, contents[pair.b] as ContentFacts)));
  const left = await verifyCandidates({ ...pipeline, paths, contents, pairs: open }, (judged) =>
    inTransaction(store, () => {
      for (const pair of judged) savePair(store, pair, verifierVersion);
    }),
  );
  // What could not be compared now (a file that is away, a decoder that died) is tried again by the next run.
  inTransaction(store, () => {
    if (left === 0) replaceCompared(store, encoderRow.key, contentIds, verifierVersion);
    saveMark(store, "duplicates", encoderRow.key, left > 0 ? `${mark} but ${left}` : fresh ? `${mark}${joinedOnly}` : mark);
  });
}

/** [contents] 1 for what joined since all were compared; undefined where that is more than a little. */
function freshOf({ store, encoderRow }: Pipeline, contentIds: readonly number[]): Fresh | undefined {
  const compared = listCompared(store, encoderRow.key, verifierVersion);
  const fresh = Uint8Array.from(contentIds, (id) => (compared.has(id) ? 0 : 1));
  const count = fresh.reduce((sum, one) => sum + one, 0);
  return count > mostFresh * contentIds.length ? undefined : fresh;
}

async function findCandidates(pipeline: Pipeline, contents: ContentFacts[], fresh: Fresh | undefined): Promise<CandidatePair[]> {
  const stored = requireGraph(pipeline);
  const positions = new Map(contents.map((content, index) => [content.id, index]));
  const relatives = fresh && relativesOf(pipeline, positions);
  const rows = stored ? Int32Array.from(stored.contentIds, (id) => positions.get(id) ?? -1) : new Int32Array(0);
  return compute(
    "candidates",
    { contents, graph: stored ? asGraph(stored) : null, rows, source: vectorSource(pipeline), seed, fresh, relatives },
    { control: pipeline.job.control },
  );
}

/** [pairs, 2] positions of contents that were found to be one picture. */
function relativesOf({ store }: Pipeline, positions: ReadonlyMap<number, number>): Int32Array {
  const related: number[] = [];
  for (const { a, b, relation } of listHeldPairs(store, verifierVersion)) {
    const [one, other] = [positions.get(a), positions.get(b)];
    if (relation !== "same-scene" && one !== undefined && other !== undefined) related.push(one, other);
  }
  return Int32Array.from(related);
}

function pairKey(one: ContentFacts, other: ContentFacts): string {
  return `${Math.min(one.id, other.id)}/${Math.max(one.id, other.id)}`;
}
