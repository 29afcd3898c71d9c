/**
 * @file Exports that may take long, as a job: an encoder with smaller forms that are tried, folders of copies. Stopped, it leaves nothing behind.
 */
import { basename } from "node:path";

import type { ExportJobReport } from "#protocol/model.ts";
import type { Params } from "#protocol/contract.ts";
import { exportStages } from "#protocol/progress.ts";

import type { EncoderExport } from "./encoder-actions.ts";
import type { Engine } from "./engine.ts";
import type { JobContext, JobDefinition, JobResult } from "./jobs/job-runner.ts";

type EncoderParameters = EncoderExport & { readonly what: "encoder" };
type FolderParameters = Omit<Params<"export.startFolders">, "images"> & { readonly what: "folders"; readonly images?: readonly number[] };

export function createExportDefinition(engine: () => Engine): JobDefinition {
  return {
    stages: exportStages,
    title: (parameters) => {
      const given = parameters as EncoderParameters | FolderParameters;
      return given.what === "encoder" ? `Export ${given.encoder}` : `Export folders to ${basename(given.out)}`;
    },
    run: (parameters, job) => {
      const given = parameters as EncoderParameters | FolderParameters;
      return given.what === "encoder" ? exportEncoder(engine(), given, job) : exportFolders(engine(), given, job);
    },
  };
}

async function exportEncoder(engine: Engine, request: EncoderParameters, job: JobContext): Promise<JobResult> {
  let stage = "";
  const encoder = await engine.encoders.export(request, {
    signal: job.signal,
    onProgress: (now, done, total) => {
      if (stage !== now) job.enter((stage = now));
      job.progress(done, total);
    },
  });
  const report: ExportJobReport = { exported: "encoder", folder: request.folder, encoder };
  const { files, maxDifference } = encoder;
  return {
    summary: `${files.length} files in ${request.folder}; opened again, its vectors differ from those in the app by at most ${maxDifference.toExponential(1)}`,
    report,
  };
}

async function exportFolders(engine: Engine, { images, ...request }: FolderParameters, job: JobContext): Promise<JobResult> {
  job.enter("write");
  const { what: _, ...asked } = request;
  const data = await engine.exports.data(
    { format: "folders", ...asked, ...(images && { images: Int32Array.from(images) }) },
    job.signal,
    (done, total) => job.progress(done, total),
  );
  const report: ExportJobReport = { exported: "folders", folder: request.out, data };
  return { summary: `${data.images.toLocaleString("en")} images in ${data.folders?.length ?? 0} folders of ${request.out}`, report };
}
