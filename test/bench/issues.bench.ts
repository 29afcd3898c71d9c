/**
 * @file How often quality issues are told of ordinary photos: every photo of the packages, read as indexing reads it, judged as one collection. Each issue is listed, so that a person can tell true from false.
 * Run: `npm run bench issues`.
 */
import { basename } from "node:path";

import { describeIssue } from "#engine/outliers/describe-issue.ts";
import { findIssues } from "#engine/outliers/issues.ts";
import type { ContentMetrics } from "#engine/outliers/metrics.ts";
import { ingestFile } from "#engine/ingest/decode/ingest.ts";
import { formatName, wrongName } from "#engine/ingest/decode/sniff.ts";
import type { ImageFormat } from "#engine/ingest/decode/types.ts";
import { contentMetrics } from "#engine/stages/content-metrics.ts";
import { decodedColumns } from "#engine/stages/decoded-columns.ts";
import type { ContentRow } from "#engine/store/queries/contents.ts";

import { listPhotos } from "../fixtures/packages.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const photos = await listPhotos();
if (photos === null) print("skipped: the photos come from Debian packages, which cannot be had here");
else await report(photos.filter((path) => !path.includes("stellarium")));

async function report(paths: readonly string[]): Promise<void> {
  const read: { readonly path: string; readonly row: ContentRow; readonly metrics: ContentMetrics }[] = [];
  for (const path of paths) {
    const bytes = Buffer.from(path);
    const result = await ingestFile({ path: bytes, input: { size: 160 }, thumbnail: null }).catch(() => null);
    if (result === null) continue;
    const row = decodedColumns(result) as ContentRow;
    read.push({ path, row, metrics: contentMetrics(row, [bytes]) });
  }
  const issues = findIssues(read.map(({ metrics }) => metrics));
  const counts = new Map<string, number>();
  for (const { index, kind, value, threshold } of issues) {
    const { path, row, metrics } = read[index] as (typeof read)[number];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const format = row.format as ImageFormat;
    const named = wrongName(Buffer.from(basename(path)), format);
    const file = metrics.file as NonNullable<ContentMetrics["file"]>;
    const about = { named: named === null ? null : formatName(named), format: formatName(format), file };
    print(`${kind} | ${basename(path)} | ${describeIssue({ kind, value, threshold, about })}`);
  }
  print(`${read.length} photos; ${[...counts].map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
}
