/**
 * @file A comparison of two encoders as a job: the same pictures embedded with both (or a sample of them), maps and lists made by the compute worker, pairs that only one of
 * them points to looked at pixel by pixel, and all of it kept with the run. The collection stays as it is.
 */
import type { PairChanges, RunComparison } from "#protocol/comparison.ts";
import type { CompareReport, DeviceName, EncoderId } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import { makeUnitRows } from "../../base/unit-length.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { CandidatePair, ContentFacts } from "../../duplicates/types.ts";
import { verifierVersion } from "../../duplicates/version.ts";
import { findEncoder, type RegisteredEncoder } from "../../encoders/registry.ts";
import type { JobContext, JobResult } from "../../jobs/job-runner.ts";
import type { MadeMap } from "../../map/make-map.ts";
import { openOnDevice } from "../../runtime/devices.ts";
import { toFloat32 } from "../../search/half-float.ts";
import type { ReadStore } from "../../store/database.ts";
import { contentById, listPresentContentIds, type ContentRow } from "../../store/queries/contents.ts";
import { encoderRow, readEmbedding } from "../../store/queries/embeddings.ts";
import { listJudgedPairs, listPairs, type PairRow } from "../../store/queries/findings.ts";
import { readMap } from "../../store/queries/graphs.ts";
import { compute } from "../compute.ts";
import { contentFacts } from "../duplicates-stage.ts";
import { embedPictures } from "../embed-contents.ts";
import { describeEncoderRow, inferenceRequest } from "../encoder-use.ts";
import type { IndexSurroundings } from "../index-job.ts";
import { mergeGroups } from "../outliers-stage.ts";
import { runFolder } from "../training/run-folder.ts";
import { pathByContent } from "../../store/queries/files.ts";
import { verifyCandidates } from "../verify-candidates.ts";
import type { ComparedSpaces, SpacesInput } from "./compare-spaces.ts";
import { comparedContents, comparisonMark, isCurrent, readComparison, writeComparison } from "./comparison-file.ts";
import { keptVectors } from "./kept-vectors.ts";

export interface CompareParameters {
  readonly run: string;
  /** Ids of encoders. */
  readonly before: string;
  readonly after: string;
  readonly device: DeviceName;
}

const seed = 42;
/** Fewer have no map to speak of. */
export const fewestCompared = 8;

export async function runCompareJob(parameters: CompareParameters, surroundings: IndexSurroundings, job: JobContext): Promise<JobResult> {
  const { store, dataFolder } = surroundings;
  const folder = runFolder(store.workspace, parameters.run);
  const sampledIds = comparedContents(store);
  const known = readComparison(folder);
  if (known !== null && isCurrent(known, sampledIds)) return resultOf(parameters.run, known.told);
  const encoders = [findEncoder(parameters.before, dataFolder), findEncoder(parameters.after, dataFolder)] as const;
  job.enter("embed");
  const vectors = await embedBoth({ parameters, surroundings, encoders, sampledIds, folder }, job);
  const contentIds = sampledIds.filter((id) => vectors.every((each) => each.has(id)));
  if (contentIds.length < fewestCompared)
    throw new UserError(
      "too-few-pictures",
      `${contentIds.length} pictures of the collection can be read; a comparison needs at least ${fewestCompared}.`,
    );
  await job.control.gate();
  job.enter("compare");
  const contents = Array.from(contentIds, (id) => contentFacts(contentById(store, id) as ContentRow));
  const [before, after] = encoders.map(({ card }, at) => tableOf(contentIds, card.output.dimensions, vectors[at] as Vectors));
  const input: SpacesInput = {
    before: before as VectorTable,
    after: after as VectorTable,
    known: knownMap(store, encoders[0], contentIds),
    groups: mergeGroups(contentIds, listPairs(store, verifierVersion)),
    contents,
    seed,
  };
  const spaces = await compute("compare", input, { control: job.control, onProgress: (done, total) => job.progress(done, total) }, [
    input.before.values.buffer as ArrayBuffer,
    input.after.values.buffer as ArrayBuffer,
  ]);
  job.enter("verify");
  const pairs = await lookAtPairs(spaces, { surroundings, contents }, job);
  const told: Omit<RunComparison, "ids"> = {
    before: parameters.before as EncoderId,
    after: parameters.after as EncoderId,
    count: contentIds.length,
    total: listPresentContentIds(store).length,
    maps: { before: mapOf(spaces.maps.before), after: mapOf(spaces.maps.after) },
    agreement: spaces.agreement,
    moves: {
      k: spaces.k,
      ...spaces.moves,
      shown: spaces.nearest.shown,
      nearestBefore: spaces.nearest.before,
      nearestAfter: spaces.nearest.after,
    },
    outliers: spaces.outliers,
    pairs,
  };
  writeComparison(folder, { mark: comparisonMark(), sampledIds, contentIds, told });
  return resultOf(parameters.run, told);
}

type Vectors = ReadonlyMap<number, Buffer>;

interface EmbedBoth {
  readonly parameters: CompareParameters;
  readonly surroundings: IndexSurroundings;
  readonly encoders: readonly RegisteredEncoder[];
  readonly sampledIds: Int32Array;
  readonly folder: string;
}

/** Vectors of the sample with each encoder: stored ones, kept ones, and the rest made now. */
async function embedBoth({ parameters, surroundings, encoders, sampledIds, folder }: EmbedBoth, job: JobContext): Promise<Vectors[]> {
  const { store, children, clock, threads } = surroundings;
  const sampled = new Set(sampledIds);
  const parts = encoders.map((encoder) => {
    const kept = keptVectors(folder, encoder);
    const vectors = new Map([...[...kept.read()].filter(([id]) => sampled.has(id)), ...storedVectors(store, encoder, sampledIds)]);
    return { encoder, kept, vectors, lacking: sampledIds.filter((id) => !vectors.has(id)) };
  });
  const total = parts.reduce((sum, { lacking }) => sum + lacking.length, 0);
  let done = 0;
  for (const { encoder, kept, vectors, lacking } of parts) {
    const before = done;
    await embedPictures(
      {
        store,
        children,
        encoder,
        contentIds: lacking,
        openDevice: () => openOnDevice(inferenceRequest(encoder, threads), parameters.device, clock),
        job: { control: job.control, signal: job.signal, progress: (now) => job.progress(before + now, total) },
      },
      (batch) => {
        kept.append(batch);
        for (const { contentId, vector } of batch) vectors.set(contentId, vector);
      },
    );
    done += lacking.length;
  }
  return parts.map(({ vectors }) => vectors);
}

/** One by one: of a large collection the sample is a small part. */
function storedVectors(store: ReadStore, encoder: RegisteredEncoder, sampledIds: Int32Array): [number, Buffer][] {
  const row = encoderRow(store, describeEncoderRow(encoder));
  if (row === undefined) return [];
  return Array.from(sampledIds).flatMap((id): [number, Buffer][] => {
    const vector = readEmbedding(store, row.key, id);
    return vector === null ? [] : [[id, vector]];
  });
}

/** Unit length again after the rounding to float16. */
function tableOf(contentIds: Int32Array, dimensions: number, vectors: Vectors): VectorTable {
  const halves = new Uint16Array(contentIds.length * dimensions);
  const bytes = new Uint8Array(halves.buffer);
  contentIds.forEach((id, row) => bytes.set(vectors.get(id) as Buffer, row * dimensions * 2));
  return { count: contentIds.length, dimensions, values: makeUnitRows(toFloat32(halves), dimensions) };
}

/** Places on the stored map of the encoder of before; null where it knows less than half of the pictures. */
function knownMap(store: ReadStore, encoder: RegisteredEncoder, contentIds: Int32Array): SpacesInput["known"] {
  const row = encoderRow(store, describeEncoderRow(encoder));
  const map = row === undefined ? null : readMap(store, row.key);
  if (map === null) return null;
  const placeOf = new Map(Array.from(map.contentIds, (id, place) => [id, place]));
  const places = new Float32Array(2 * contentIds.length).fill(Number.NaN);
  let found = 0;
  contentIds.forEach((id, at) => {
    const place = placeOf.get(id);
    if (place === undefined) return;
    places.set(map.coordinates.subarray(2 * place, 2 * place + 2), 2 * at);
    found++;
  });
  if (found < contentIds.length / 2) return null;
  return { places, whole: found === contentIds.length && map.contentIds.length === found };
}

interface PairSurroundings {
  readonly surroundings: IndexSurroundings;
  readonly contents: readonly ContentFacts[];
}

/** Verdicts on the pairs that only one encoder points to. What was judged before is not compared again, and nothing new is stored: the collection stays as it is. */
async function lookAtPairs(
  { pairs }: Pick<ComparedSpaces, "pairs">,
  { surroundings, contents }: PairSurroundings,
  job: JobContext,
): Promise<RunComparison["pairs"]> {
  const { store, children } = surroundings;
  const keyOf = (a: number, b: number): string => `${Math.min(a, b)}/${Math.max(a, b)}`;
  const keyOfPair = ({ a, b }: CandidatePair): string => keyOf((contents[a] as ContentFacts).id, (contents[b] as ContentFacts).id);
  const verdicts = new Map<string, PairRow["relation"]>(listJudgedPairs(store, verifierVersion).map(({ a, b }) => [keyOf(a, b), "none"]));
  for (const { a, b, relation } of listPairs(store, verifierVersion)) verdicts.set(keyOf(a, b), relation);
  const open = [...pairs.onlyBefore, ...pairs.onlyAfter].filter((pair) => !verdicts.has(keyOfPair(pair)));
  await verifyCandidates({ children, job, paths: pathByContent(store), contents, pairs: open }, (judged) => {
    for (const { a, b, relation } of judged) verdicts.set(keyOf(a, b), relation);
  });
  const changesOf = (listed: readonly CandidatePair[], leftOut: number): PairChanges => {
    const judged = listed.map((pair) => ({ pair, relation: verdicts.get(keyOfPair(pair)) }));
    return {
      pairs: judged.flatMap(({ pair: { a, b, similarity = 0 }, relation }) =>
        relation === undefined || relation === "none" ? [] : [{ a, b, relation, similarity }],
      ),
      refused: judged.filter(({ relation }) => relation === "none").length,
      unseen: leftOut + judged.filter(({ relation }) => relation === undefined).length,
    };
  };
  return {
    both: pairs.both,
    found: changesOf(pairs.onlyAfter, pairs.leftOut.after),
    lost: changesOf(pairs.onlyBefore, pairs.leftOut.before),
  };
}

function mapOf({ coordinates, clusters, trustworthiness, recall }: MadeMap): RunComparison["maps"]["before"] {
  return { places: coordinates, clusters, trustworthiness, recall };
}

function resultOf(run: string, { count, moves, outliers }: Omit<RunComparison, "ids">): JobResult {
  const pictures = (many: number): string => `${many.toLocaleString("en")} ${many === 1 ? "picture" : "pictures"}`;
  const report: CompareReport = { compared: run, pictures: count };
  const summary = `Compared ${pictures(count)} before and after the training: ${moves.most.length === 0 ? "none moved beyond chance" : `${pictures(moves.most.length)} that moved most`}, ${outliers.joined.length} new among the ${outliers.count} oddest`;
  return { summary, report };
}
