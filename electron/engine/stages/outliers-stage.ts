/**
 * @file Last stage: outlier scores with duplicates merged, and quality issues. Pictures that were shrunk while decoding have their
 * sharpness measured here, on the centre at full resolution: decoding those in full while indexing would double their cost.
 */
import { inLanes } from "../base/lanes.ts";
import type { PictureQuality } from "../ingest/decode/types.ts";
import { findIssues } from "../outliers/issues.ts";
import { lightTable, type LightMetrics } from "../outliers/light.ts";
import { listPairs, readMark, replaceIssues, replaceOutliers, saveMark } from "../store/queries/findings.ts";
import { listPresentContents, saveSharpness, type ContentRow } from "../store/queries/contents.ts";
import { pathsOfContents } from "../store/queries/files.ts";
import { inTransaction, readOne } from "../store/statements.ts";
import { verifierVersion } from "../duplicates/version.ts";
import { compute } from "./compute.ts";
import { contentMetrics, wrongNames, type PictureMetrics } from "./content-metrics.ts";
import { fingerprint } from "./fingerprint.ts";
import { requireGraph, vectorSource } from "./neighbours-stage.ts";
import type { Pipeline } from "./pipeline.ts";
import { asGraph } from "./stored-graph.ts";

const version = 3;
const seed = 5;
const nearestPerImage = 3;

export async function outliersStage(pipeline: Pipeline): Promise<void> {
  const { store, encoderRow } = pipeline;
  const rows = listPresentContents(store);
  const paths = pathsOfContents(store);
  // A file that got another name has the same content and may have another issue.
  const misnamed = rows.flatMap((row) => (wrongNames(row, paths.get(row.id) ?? []) > 0 ? [row.id] : []));
  const mark = fingerprint(
    `outliers/${verifierVersion}/${misnamed.join()}`,
    version,
    encoderRow.key,
    rows.map((row) => row.id),
  );
  if (readMark(store, "outliers", encoderRow.key) === mark) return;
  await measureSharpness(
    pipeline,
    rows.filter((row) => row.sharpness === null),
  );
  const contents = listPresentContents(store);
  const metrics = contents.map((row) => contentMetrics(row, paths.get(row.id) ?? []));
  const issues = findIssues(metrics);
  const lights = new Map(contents.map((row, index) => [row.id, (metrics[index] as PictureMetrics).quality]));
  await scoreOutliers(pipeline, lights, () => {
    replaceIssues(
      store,
      issues.map(({ index, kind, value, threshold }) => ({ content_id: (contents[index] as ContentRow).id, kind, value, threshold })),
    );
    saveMark(store, "outliers", encoderRow.key, mark);
  });
}

async function measureSharpness(pipeline: Pipeline, rows: readonly ContentRow[]): Promise<void> {
  const { store, children, job } = pipeline;
  let done = 0;
  job.progress(0, rows.length);
  const measured: { row: ContentRow; sharpness: number; blurEffect: number }[] = [];
  const commit = (): void =>
    inTransaction(store, () => {
      for (const { row, sharpness, blurEffect } of measured.splice(0))
        saveSharpness(store, row.id, sharpness, JSON.stringify({ ...(JSON.parse(row.quality) as PictureQuality), sharpness, blurEffect }));
    });
  await inLanes(rows, children.size * 4, async (row) => {
    await job.control.gate();
    const path = readOne<{ path: Buffer }>(
      store,
      "SELECT path FROM files WHERE content_id = ? AND state = 'image' ORDER BY path LIMIT 1",
      row.id,
    )?.path;
    const answer = path ? await children.run("sharpness", { path }, { signal: job.signal }) : null;
    if (answer && !("failure" in answer)) measured.push({ row, ...answer });
    if (measured.length >= 64) commit();
    job.progress(++done, rows.length);
  });
  commit();
}

async function scoreOutliers(pipeline: Pipeline, lights: ReadonlyMap<number, LightMetrics>, alongside: () => void): Promise<void> {
  const { store, encoderRow, job } = pipeline;
  const stored = requireGraph(pipeline);
  if (!stored) {
    inTransaction(store, alongside);
    return;
  }
  const groups = mergeGroups(stored.contentIds, listPairs(store, verifierVersion));
  const light = lightTable(Array.from(stored.contentIds, (id) => lights.get(id) ?? null));
  const { scores, percentiles, nearest } = await compute(
    "outliers",
    { source: vectorSource(pipeline), graph: asGraph(stored), groups, light, seed },
    { control: job.control },
  );
  inTransaction(store, () => {
    replaceOutliers(
      store,
      encoderRow.key,
      Array.from(stored.contentIds, (contentId, row) => ({
        contentId,
        score: scores[row] as number,
        percentile: percentiles[row] as number,
        nearest: Int32Array.from(
          [...nearest.subarray(row * nearestPerImage, (row + 1) * nearestPerImage)].filter((other) => other >= 0),
          (other) => stored.contentIds[other] as number,
        ),
      })),
    );
    alongside();
  });
}

/** A number per set of contents joined by verified pairs (same picture or closer), -1 for the rest: they must not hide each other. */
export function mergeGroups(contentIds: Int32Array, pairs: readonly { a: number; b: number; relation: string }[]): Int32Array {
  const positions = new Map<number, number>();
  contentIds.forEach((id, position) => positions.set(id, position));
  const parents = Int32Array.from(contentIds, (_, position) => position);
  const find = (position: number): number => {
    let root = position;
    while (parents[root] !== root) root = parents[root] as number;
    while (parents[position] !== root) [position, parents[position]] = [parents[position] as number, root];
    return root;
  };
  const joined = new Set<number>();
  for (const { a, b, relation } of pairs) {
    const [one, other] = [positions.get(a), positions.get(b)];
    if (relation === "same-scene" || one === undefined || other === undefined) continue;
    joined.add(one).add(other);
    const [low, high] = [find(one), find(other)].sort((x, y) => x - y) as [number, number];
    parents[high] = low;
  }
  return Int32Array.from(contentIds, (_, position) => (joined.has(position) ? find(position) : -1));
}
