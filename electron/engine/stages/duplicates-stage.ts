/**
 * @file Fifth stage: candidates from hashes and neighbours, each verified on pixels in the children, verdicts stored as they come. A pair
 * that was judged once is never compared again, so a cut-off stage goes on where it was.
 */
import type { CandidatePair, ContentFacts } from "../duplicates/types.ts";
import { verifierVersion } from "../duplicates/version.ts";
import { listPresentContents, type ContentRow } from "../store/queries/contents.ts";
import { listJudgedPairs, readMark, saveMark, savePair } from "../store/queries/findings.ts";
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
  const paths = pathByContent(store);
  await addKeypoints({ ...pipeline, paths }, rows);
  const candidates = await findCandidates(pipeline, contents);
  const known = new Set(listJudgedPairs(store, verifierVersion).map(({ a, b }) => `${a}/${b}`));
  const open = candidates.filter((pair) => !known.has(pairKey(contents[pair.a] as ContentFacts, contents[pair.b] as ContentFacts)));
  const left = await verifyCandidates({ ...pipeline, paths, contents, pairs: open }, (judged) =>
    inTransaction(store, () => {
      for (const pair of judged) savePair(store, pair, verifierVersion);
    }),
  );
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

function pairKey(one: ContentFacts, other: ContentFacts): string {
  return `${Math.min(one.id, other.id)}/${Math.max(one.id, other.id)}`;
}
