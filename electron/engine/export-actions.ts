/**
 * @file What can be written down of an open collection: its images as data, a report, the embeddings, the map as a picture. None of it may lie in
 * a folder of images.
 */
import { resolve } from "node:path";

import type { CancelSignal, Params } from "#protocol/contract.ts";
import type { ExportedClassifier, ExportedData, ExportedReport, JobId, ProjectId } from "#protocol/model.ts";

import { platformSignal } from "./base/platform-signal.ts";
import type { Collection } from "./collection.ts";
import type { Engine } from "./engine.ts";
import { findEncoder, ownEncodersFolder } from "./encoders/registry.ts";
import type { WrittenEmbeddings } from "./export/embeddings.ts";
import { requireOutside } from "./ingest/scan/folders.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import type { LabelledContents } from "./stages/labels-table.ts";
import { listFolders } from "./store/queries/folders.ts";
import type { LabelOf } from "./views/select/select-keys.ts";

export interface ClassifierRequest {
  readonly folder: string;
  /** On these vectors only; the best ones where not given. */
  readonly features?: string | undefined;
  /** Confidence below which no class is said. */
  readonly threshold: number;
}

export interface ExportActions {
  data(request: Params<"export.data">, signal?: CancelSignal, onProgress?: (done: number, total: number) => void): Promise<ExportedData>;
  /** Folders of copies or links as a job. */
  startFolders(request: Params<"export.startFolders">): JobId;
  report(request: Params<"export.report">, signal?: CancelSignal): Promise<ExportedReport>;
  /** Classes of a table of (path, label) behind the encoder that tells them best, as a model with programs that use it. */
  classifier(request: ClassifierRequest & { readonly labels: string }): Promise<ExportedClassifier>;
  /** The same from the labels of a project. */
  classifierOfProject(request: ClassifierRequest & { readonly project: ProjectId }, signal?: CancelSignal): Promise<ExportedClassifier>;
  embeddings(file: string): Promise<WrittenEmbeddings>;
  map(file: string): Promise<void>;
}

/** @param labels the labels of a collection, by content; null where it has none */
export function createExportActions(engine: Engine, dataFolder: string, labels: (collection: Collection) => LabelOf | null): ExportActions {
  /** The open collection, and the absolute path of what is to be written. */
  const prepare = (path: string): { collection: Collection; out: string } => {
    const collection = engine.requireCollection();
    const out = resolve(path);
    requireOutside(out, listFolders(collection.store));
    return { collection, out };
  };
  const classifier = async (
    read: () => LabelledContents,
    { folder, features, threshold }: ClassifierRequest,
    signal?: AbortSignal,
  ): Promise<ExportedClassifier> => {
    const { out } = prepare(folder);
    requireOutside(out, [Buffer.from(ownEncodersFolder(dataFolder))]);
    // Only now: that nothing may be written there is said before anything is wrong with the labels.
    const labelled = read();
    const { lines, encoder: id } = await engine.fewshot.linesOfTable(labelled, features);
    const encoder = findEncoder(id, dataFolder);
    const { checkPictures } = await import("./export/encoder/check-pictures.ts");
    const { exportClassifier } = await import("./export/classifier/export-classifier.ts");
    const { pixels, count } = await checkPictures(engine, { size: encoder.card.input.size, signal });
    const { whitening, mean, intercept, weights, sharpness, places, counts, looAccuracy } = lines;
    const classes = places.map((place) => labelled.names[place] as string);
    const why = `${labelled.contentIds.length} labelled images; these vectors told them best of those there are.`;
    return exportClassifier({
      encoder,
      classifier: { classes, whitening, mean, intercept, weights, sharpness, threshold },
      report: { counts, looAccuracy, why },
      folder: out,
      threads: engine.cores,
      pictures: pixels,
      count,
      signal,
    });
  };
  return {
    startFolders: ({ images, ...request }) => {
      const jobs = requireRunner(engine.jobs, engine.collection !== null);
      const { out } = prepare(request.out);
      return jobs.start("export", { what: "folders", ...request, out, ...(images && { images: [...images] }) });
    },
    data: async ({ format, out: path, images, select = "", by, placement = "copy", dryRun = false }, signal, onProgress) => {
      const { collection, out } = prepare(path);
      const { exportData } = await import("./export/data/export-data.ts");
      const labelOf = labels(collection);
      const nowMs = engine.clock.now();
      return exportData(collection, {
        format,
        out,
        images,
        select,
        by,
        placement,
        dryRun,
        labelOf,
        nowMs,
        signal: platformSignal(signal),
        onProgress,
      });
    },
    report: async ({ out: path, pictures = true }, signal) => {
      const { collection, out } = prepare(path);
      const { exportReport } = await import("./export/report/export-report.ts");
      const nowMs = engine.clock.now();
      return exportReport(collection, { out, pictures, labelOf: labels(collection), nowMs, signal: platformSignal(signal) });
    },
    classifier: async ({ labels: table, ...request }) => {
      const { readLabelsTable } = await import("./stages/labels-table.ts");
      return classifier(() => readLabelsTable(engine.requireCollection().store, resolve(table)), request);
    },
    classifierOfProject: ({ project, ...request }, signal) =>
      classifier(() => engine.fewshot.labelled(project), request, platformSignal(signal)),
    embeddings: async (path) => {
      const { collection, out } = prepare(path);
      const { exportEmbeddings } = await import("./export/embeddings.ts");
      return exportEmbeddings(collection, { file: out });
    },
    map: async (path) => {
      const { collection, out } = prepare(path);
      // Only now: loading the image library costs every other command a tenth of a second.
      const { drawMapFile } = await import("./export/map-picture.ts");
      await drawMapFile(collection, out);
    },
  };
}
