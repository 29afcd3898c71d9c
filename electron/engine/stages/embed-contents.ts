/**
 * @file Embeds pictures of the collection with an encoder that need not be the one it uses: for judging an encoder before anything is switched.
 * Only vectors are stored; what is known of the files stays as it is.
 */
import type { Clock } from "../base/clock.ts";
import { inLanes } from "../base/lanes.ts";
import { showPath } from "../base/path-bytes.ts";
import type { ChildPool } from "../children/child-pool.ts";
import type { RegisteredEncoder } from "../encoders/registry.ts";
import type { JobContext } from "../jobs/job-runner.ts";
import type { ChosenDevice } from "../runtime/devices.ts";
import { toHalf } from "../search/half-float.ts";
import type { WriteStore } from "../store/database.ts";
import { contentById, type ContentRow } from "../store/queries/contents.ts";
import { hasEmbedding, saveEmbedding, type EncoderRow } from "../store/queries/embeddings.ts";
import { filesOfContent } from "../store/queries/files.ts";
import { inTransaction } from "../store/statements.ts";
import { openTensorFile } from "./tensor-file.ts";

export interface EmbedContentsRequest {
  readonly store: WriteStore;
  readonly clock: Clock;
  readonly children: ChildPool;
  readonly encoder: RegisteredEncoder;
  readonly encoderRow: EncoderRow;
  readonly contentIds: ArrayLike<number>;
  readonly openDevice: () => Promise<ChosenDevice>;
  readonly job: JobContext;
}

const batchSize = 16;

/** Gives the paths (shown form) of those that could not be read any more. */
export async function embedContents(request: EmbedContentsRequest): Promise<string[]> {
  const { store, children, encoder, encoderRow, job } = request;
  const lacking = Array.from(request.contentIds).filter((id) => !hasEmbedding(store, encoderRow.key, id));
  if (lacking.length === 0) return [];
  const { size } = encoder.card.input;
  const unreadable: string[] = [];
  const tensorFile = openTensorFile(store.workspace, size * size * 3);
  let done = 0;
  let waiting: { readonly contentId: number; readonly offset: number }[] = [];
  const device = request.openDevice();
  // Told by whoever waits for it.
  device.catch(() => undefined);
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    const { session } = await device;
    const vectors = await session.embed({ file: tensorFile.path, offsets: batch.map(({ offset }) => offset) }, batch.length);
    const { dimensions } = encoderRow;
    inTransaction(store, () =>
      batch.forEach(({ contentId }, row) => {
        const vector = toHalf(vectors.subarray(row * dimensions, (row + 1) * dimensions));
        saveEmbedding(store, encoderRow.key, contentId, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
      }),
    );
    for (const { offset } of batch) tensorFile.giveBack(offset);
    done += batch.length;
    job.progress(done, lacking.length);
  };
  try {
    await inLanes(lacking, children.size * 4, async (contentId) => {
      await job.control.gate();
      const offset = tensorFile.take();
      const place = { file: tensorFile.path, offset };
      const problem = await readContent(request, contentById(store, contentId) as ContentRow, place);
      if (problem !== null) {
        tensorFile.giveBack(offset);
        unreadable.push(problem);
        job.progress(++done, lacking.length);
        return;
      }
      waiting.push({ contentId, offset });
      if (waiting.length >= batchSize) await flush();
    });
    await flush();
  } finally {
    void device.then(({ session }) => session.close()).catch(() => undefined);
    tensorFile.close();
  }
  return unreadable;
}

/** Reads the first of its files that still holds it; the path where none does. */
async function readContent(
  { store, children, encoder, job }: EmbedContentsRequest,
  content: ContentRow,
  place: { readonly file: string; readonly offset: number },
): Promise<string | null> {
  const { size } = encoder.card.input;
  let last = "";
  for (const { path, state } of filesOfContent(store, content.id)) {
    if (state !== "image") continue;
    last = showPath(path);
    const answer = await children.run("ingest", { path, input: { size }, place, thumbnail: null }, { signal: job.signal });
    if (!("failure" in answer) && Buffer.from(answer.contentHash, "hex").equals(content.hash)) return null;
  }
  return last;
}
