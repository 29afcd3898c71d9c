/**
 * @file Keypoints of the contents that have none yet, found in the children and stored as they come; and all of them as one table, in the order of a list of contents.
 */
import { inLanes } from "../base/lanes.ts";
import { isLarge } from "../duplicates/picture.ts";
import { keypointsVersion, tableOf, type KeypointTable } from "../duplicates/keypoints.ts";
import { pathOfThumbnail } from "../ingest/decode/thumbnail-place.ts";
import type { ReadStore } from "../store/database.ts";
import type { ContentRow } from "../store/queries/contents.ts";
import { listContentsWithKeypoints, listKeypoints, saveKeypoints } from "../store/queries/keypoints.ts";
import { inTransaction } from "../store/statements.ts";
import type { Pipeline } from "./pipeline.ts";

/** In one request to a child: some 50 ms of work. */
const picturesPerRequest = 32;

export interface KeypointsPipeline extends Pipeline {
  /** Content id -> a file that holds it (`pathByContent`). */
  readonly paths: ReadonlyMap<number, Buffer>;
}

export async function addKeypoints(pipeline: KeypointsPipeline, rows: readonly ContentRow[]): Promise<void> {
  const { store, children, job, thumbnailFolder, paths } = pipeline;
  const known = listContentsWithKeypoints(store, keypointsVersion);
  const lacking = rows.filter((row) => isLarge(row) && !known.has(row.id));
  if (lacking.length === 0) return;
  const chunks = Array.from({ length: Math.ceil(lacking.length / picturesPerRequest) }, (_, at) =>
    lacking.slice(at * picturesPerRequest, (at + 1) * picturesPerRequest),
  );
  const find = async (chunk: readonly ContentRow[]): Promise<void> => {
    await job.control.gate();
    const pictures = chunk.map((row) => {
      const path = paths.get(row.id) as Buffer;
      return { thumbnail: pathOfThumbnail(thumbnailFolder, row, path), path };
    });
    const answer = await children.run("keypoints", { pictures }, { signal: job.signal });
    if ("failure" in answer) {
      // A thumbnail that hangs or crashes the decoder must not cost those it shared a request with.
      if (chunk.length > 1) for (const row of chunk) await find([row]);
      return;
    }
    inTransaction(store, () =>
      chunk.forEach((row, at) => {
        const found = answer.keypoints[at];
        if (!found) return;
        const [points, inner_hash] = [Buffer.from(found.points), found.innerHash === null ? null : Buffer.from(found.innerHash)];
        saveKeypoints(store, { content_id: row.id, points, inner_hash }, keypointsVersion);
      }),
    );
  };
  await inLanes(chunks, children.size * 2, find);
}

/** In the order of the contents; those without any keep their place. */
export function loadKeypoints(store: ReadStore, contentIds: readonly number[]): KeypointTable {
  const rows = new Map(listKeypoints(store, keypointsVersion).map((row) => [row.content_id, row]));
  return tableOf(
    contentIds.map((id) => {
      const row = rows.get(id);
      return row === undefined ? null : { points: row.points, innerHash: row.inner_hash };
    }),
  );
}
