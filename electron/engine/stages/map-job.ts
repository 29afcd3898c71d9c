/**
 * @file Lays the map out again from where it is, with every point that was only put beside its neighbours.
 */
import { defaultEncoderId, findEncoder } from "../encoders/registry.ts";
import type { JobContext, JobResult } from "../jobs/job-runner.ts";
import { saveEncoder } from "../store/queries/embeddings.ts";
import { readProperty } from "../store/queries/properties.ts";
import { inTransaction } from "../store/statements.ts";
import { describeEncoderRow } from "./encoder-use.ts";
import type { IndexSurroundings } from "./index-job.ts";
import { mapStage } from "./map-stage.ts";
import { neighboursStage } from "./neighbours-stage.ts";
import type { Pipeline } from "./pipeline.ts";

export async function runMapJob(surroundings: IndexSurroundings, job: JobContext): Promise<JobResult> {
  const { store } = surroundings;
  const encoder = findEncoder(readProperty(store, "encoder") ?? defaultEncoderId, surroundings.dataFolder);
  const encoderRow = inTransaction(store, () => saveEncoder(store, describeEncoderRow(encoder)));
  const pipeline: Pipeline = { ...surroundings, encoder, encoderRow, job };
  job.enter("neighbours");
  // An indexing that was cut off may have left a graph of fewer pictures.
  await neighboursStage(pipeline);
  await job.control.gate();
  job.enter("map");
  await mapStage(pipeline, { again: true });
  surroundings.changed("images", "map", "collection");
  return { summary: "The map is redone.", report: null };
}
