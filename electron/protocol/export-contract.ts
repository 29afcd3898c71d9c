/**
 * @file The part of the contract about what is written down for others: images, a report, classes behind an encoder. Nothing is written into a folder of images.
 * What may take long is a job, too.
 */
import type {
  ExportClasses,
  ExportedClassifier,
  ExportedData,
  ExportedReport,
  ExportFormat,
  JobId,
  Placement,
  ProjectId,
  SmallerForm,
} from "./model.ts";

export interface ExportContract {
  /**
   * Writes images down, on the engine's machine and outside every folder of images: those of `images` (their ids) that `select` means too
   * (views/select says how it is written); every image where neither is given. `by`: what COCO and folders sort by (labels where there are some,
   * else clusters).
   */
  "export.data": {
    params: {
      format: ExportFormat;
      out: string;
      images?: Int32Array;
      select?: string;
      by?: ExportClasses;
      placement?: Placement;
      dryRun?: boolean;
    };
    result: ExportedData;
  };
  /** Writes one HTML file that opens offline; without `pictures` there are none in it. */
  "export.report": { params: { out: string; pictures?: boolean }; result: ExportedReport };
  /** Copies or links in folders by class, as a job; one that is stopped takes away what it placed. */
  "export.startFolders": {
    params: { out: string; images?: Int32Array; select?: string; by?: ExportClasses; placement?: Placement };
    result: { job: JobId };
  };
  /** `encoders.export` as a job. */
  "export.startEncoder": {
    params: { encoder: string; folder: string; featureMaps?: boolean; smaller?: SmallerForm[] };
    result: { job: JobId };
  };
  /** The labelled classes of a project behind the encoder that tells them best, as a model with programs that use it. */
  "export.classifier": {
    params: { project: ProjectId; folder: string; features?: string; threshold?: number };
    result: ExportedClassifier;
  };
}
