/**
 * @file The migrations in order. Each is one file with one test; a migration that shipped is never edited, a new one is added. The
 * file's `user_version` counts those that ran.
 */
import type { Sqlite } from "../database.ts";
import { UserError } from "../../base/errors.ts";
import { createFiles } from "./001-create-files.ts";
import { createEmbeddings } from "./002-create-embeddings.ts";
import { createFindings } from "./003-create-findings.ts";
import { createJobs } from "./004-create-jobs.ts";
import { createRuns } from "./005-create-runs.ts";
import { createLabels } from "./006-create-labels.ts";
import { nameRuns } from "./007-name-runs.ts";
import { keepLabels } from "./008-keep-labels.ts";
import { linkRunsToProjects } from "./009-link-runs-to-projects.ts";
import { setApart } from "./010-set-apart.ts";
import { noteJpegQuality } from "./011-note-jpeg-quality.ts";
import { noteEdits } from "./012-note-edits.ts";
import { keepKeypoints } from "./013-keep-keypoints.ts";
import { saveViews } from "./014-save-views.ts";
import { tellSeries } from "./015-tell-series.ts";
import { noteGraphRecall } from "./016-note-graph-recall.ts";
import { notePlaced } from "./017-note-placed.ts";
import { noteCompared } from "./018-note-compared.ts";
import { indexSizeWithHash } from "./019-index-size-with-hash.ts";

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  createFiles,
  createEmbeddings,
  createFindings,
  createJobs,
  createRuns,
  createLabels,
  nameRuns,
  keepLabels,
  linkRunsToProjects,
  setApart,
  noteJpegQuality,
  noteEdits,
  keepKeypoints,
  saveViews,
  tellSeries,
  noteGraphRecall,
  notePlaced,
  noteCompared,
  indexSizeWithHash,
];

export const newestVersion = migrations.length;

/** Brings a database up to date, each migration in its own transaction. */
export function migrate(sqlite: Sqlite, path: string, target = newestVersion): void {
  const version = sqlite.pragma("user_version", { simple: true }) as number;
  if (version > newestVersion)
    throw new UserError(
      "workspace-version",
      `${path} has format ${version}, this program knows formats up to ${newestVersion}: it was written by a newer Likeness. Update this one.`,
    );
  for (let index = version; index < target; index++) {
    const migration = migrations[index] as Migration;
    sqlite.transaction(() => {
      sqlite.exec(migration.sql);
      sqlite.pragma(`user_version = ${index + 1}`);
    })();
  }
}
