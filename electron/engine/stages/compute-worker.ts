/**
 * @file Entry of the worker that runs one heavy task and ends. It may use every stage; the stages know nothing of it.
 */
import { parentPort, workerData } from "node:worker_threads";

import { BugError, codeOf, messageOf } from "../base/errors.ts";
import { systemClock } from "../base/clock.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import { createRandom } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";
import { findCandidates } from "../duplicates/candidates.ts";
import { formatByName, headBytes, looksLikeImage } from "../ingest/decode/sniff.ts";
import { packListing } from "../ingest/scan/pack.ts";
import { walk } from "../ingest/scan/walk.ts";
import { obeyControl, sharedSignal } from "../jobs/control.ts";
import { extendMap } from "../map/extend-map.ts";
import { makeMap } from "../map/make-map.ts";
import { placePoints } from "../map/place-points.ts";
import { scoreOutliers } from "../outliers/score.ts";
import { findStandingOut } from "../outliers/standing-out.ts";
import { openForReading, type ReadStore } from "../store/database.ts";
import { findNeighbours } from "../search/find-neighbours.ts";
import { evaluate } from "../training/evaluate/evaluate.ts";
import { compareSpaces } from "./comparison/compare-spaces.ts";
import type { ComputeMessage, ComputeStart, ComputeTask, ComputeTasks, VectorSource } from "./compute-messages.ts";
import { loadKeypoints } from "./keypoints.ts";
import { renewGraph } from "./renew-graph.ts";
import { loadVectors, type EmbeddedContents } from "./vectors.ts";

type Tasks = { [T in ComputeTask]: (input: ComputeTasks[T]["input"], options: StageOptions) => ComputeTasks[T]["output"] };

const tasks: Tasks = {
  scan: ({ folders, leaveOut }, options) =>
    packListing(
      walk(folders, {
        ...options,
        headBytes,
        leaveOut,
        isCandidate: (name, readHead) => formatByName(name) !== null || looksLikeImage(name, readHead()),
      }),
    ),
  neighbours: ({ source, k, earlier }, options) => {
    const { contentIds, table } = readVectors(source);
    return { contentIds, ...(renewGraph({ contentIds, table, k, earlier }, options) ?? findNeighbours(table, k, options)) };
  },
  map: ({ source, graph, seed, initial }, options) => {
    const { table } = readVectors(source);
    const { signal } = options;
    const start = initial && placePoints({ table, graph, coordinates: initial, random: createRandom(seed), signal });
    return makeMap({ table, graph, seed, initial: start }, options);
  },
  "extend-map": ({ source, ...input }, options) => extendMap({ ...input, table: readVectors(source).table }, options),
  evaluate: (input, options) => evaluate(input, options),
  compare: (input, options) => compareSpaces(input, options),
  candidates: ({ source, ...input }, options) => {
    const keypoints = reading(source, (store) =>
      loadKeypoints(
        store,
        input.contents.map((content) => content.id),
      ),
    );
    return findCandidates({ ...input, keypoints, ...(input.graph ? { table: readVectors(source).table } : {}) }, options);
  },
  outliers: ({ source, graph, groups, seed }, options) =>
    scoreOutliers(
      {
        table: readVectors(source).table,
        graph,
        groups,
        seed,
        neighbours: (vectors: VectorTable, k: number) => findNeighbours(vectors, k, { signal: options.signal }).graph,
      },
      options,
    ),
  "standing-out": ({ picture, ordinary }) => findStandingOut(picture, ordinary),
};

function readVectors(source: VectorSource): EmbeddedContents {
  return reading(source, (store) => loadVectors(store, source.encoder));
}

function reading<T>({ workspace }: VectorSource, read: (store: ReadStore) => T): T {
  const { store, close } = openForReading(workspace);
  try {
    return read(store);
  } finally {
    close();
  }
}

const port = parentPort;
if (!port) throw new BugError("compute-worker must be started as a worker thread");
const { task, input, control } = workerData as ComputeStart;
const send = (message: ComputeMessage): void => port.postMessage(message);
const tellEveryMs = 100;
let toldAt = -Infinity;

const options: StageOptions = {
  signal: sharedSignal(control),
  onProgress: (done, total) => {
    obeyControl(control);
    const now = systemClock.monotonic();
    if (now - toldAt < tellEveryMs && done !== total) return;
    toldAt = now;
    send({ kind: "progress", done, total });
  },
};

try {
  const run = tasks[task] as (value: unknown, stage: StageOptions) => unknown;
  send({ kind: "done", output: run(input, options) });
} catch (thrown) {
  const error = thrown instanceof Error ? thrown : new BugError(messageOf(thrown));
  send({ kind: "failed", error: { name: error.name, code: codeOf(thrown), message: error.message, stack: error.stack ?? "" } });
}
