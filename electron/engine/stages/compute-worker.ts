/**
 * @file Entry of the worker that runs one heavy task and ends. It may use every stage; the stages know nothing of it.
 */
import { parentPort, workerData } from "node:worker_threads";

import { BugError, codeOf, messageOf } from "../base/errors.ts";
import { systemClock } from "../base/clock.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import type { StageOptions } from "../base/stage.ts";
import { obeyControl, sharedSignal } from "../jobs/control.ts";
import type { ReadStore } from "../store/database.ts";
import type { ComputeMessage, ComputeStart, ComputeTask, ComputeTasks, VectorSource } from "./compute-messages.ts";
import type { EmbeddedContents } from "./vectors.ts";

type Tasks = { [T in ComputeTask]: (input: ComputeTasks[T]["input"], options: StageOptions) => Promise<ComputeTasks[T]["output"]> };

// A thread does one task and loads what that one needs: all of it together takes longer to load than a small folder to list.
const tasks: Tasks = {
  scan: async ({ folders, leaveOut }, options) => {
    const { formatByName, headBytes, looksLikeImage } = await import("../ingest/decode/sniff.ts");
    const { packListing } = await import("../ingest/scan/pack.ts");
    const { walk } = await import("../ingest/scan/walk.ts");
    return packListing(
      walk(folders, {
        ...options,
        headBytes,
        leaveOut,
        isCandidate: (name, readHead) => formatByName(name) !== null || looksLikeImage(name, readHead()),
      }),
    );
  },
  neighbours: async ({ source, k, earlier }, options) => {
    const { findNeighbours } = await import("../search/find-neighbours.ts");
    const { renewGraph } = await import("./renew-graph.ts");
    const { contentIds, table } = await readVectors(source);
    return { contentIds, ...(renewGraph({ contentIds, table, k, earlier }, options) ?? findNeighbours(table, k, options)) };
  },
  map: async ({ source, graph, seed, initial }, options) => {
    const { createRandom } = await import("../base/random.ts");
    const { makeMap } = await import("../map/make-map.ts");
    const { placePoints } = await import("../map/place-points.ts");
    const { table } = await readVectors(source);
    const { signal } = options;
    const start = initial && placePoints({ table, graph, coordinates: initial, random: createRandom(seed), signal });
    return makeMap({ table, graph, seed, initial: start }, options);
  },
  "extend-map": async ({ source, ...input }, options) => {
    const { extendMap } = await import("../map/extend-map.ts");
    return extendMap({ ...input, table: (await readVectors(source)).table }, options);
  },
  evaluate: async (input, options) => (await import("../training/evaluate/evaluate.ts")).evaluate(input, options),
  compare: async (input, options) => (await import("./comparison/compare-spaces.ts")).compareSpaces(input, options),
  candidates: async ({ source, ...input }, options) => {
    const { findCandidates } = await import("../duplicates/candidates.ts");
    const { loadKeypoints } = await import("./keypoints.ts");
    const keypoints = await reading(source, (store) =>
      loadKeypoints(
        store,
        input.contents.map((content) => content.id),
      ),
    );
    return findCandidates({ ...input, keypoints, ...(input.graph ? { table: (await readVectors(source)).table } : {}) }, options);
  },
  outliers: async ({ source, graph, groups, light, seed }, options) => {
    const { scoreOutliers } = await import("../outliers/score.ts");
    const { findNeighbours } = await import("../search/find-neighbours.ts");
    const { table } = await readVectors(source);
    const neighbours = (vectors: VectorTable, k: number) => findNeighbours(vectors, k, { signal: options.signal }).graph;
    return scoreOutliers({ table, graph, groups, light, seed, neighbours }, options);
  },
  "standing-out": async ({ picture, ordinary }) => (await import("../outliers/standing-out.ts")).findStandingOut(picture, ordinary),
};

async function readVectors(source: VectorSource): Promise<EmbeddedContents> {
  const { loadVectors } = await import("./vectors.ts");
  return await reading(source, (store) => loadVectors(store, source.encoder));
}

async function reading<T>({ workspace }: VectorSource, read: (store: ReadStore) => T): Promise<T> {
  const { openForReading } = await import("../store/database.ts");
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
  const run = tasks[task] as (value: unknown, stage: StageOptions) => Promise<unknown>;
  send({ kind: "done", output: await run(input, options) });
} catch (thrown) {
  const error = thrown instanceof Error ? thrown : new BugError(messageOf(thrown));
  send({ kind: "failed", error: { name: error.name, code: codeOf(thrown), message: error.message, stack: error.stack ?? "" } });
}
