/**
 * @file Embeds pictures of the collection with an encoder that need not be the one it uses: for judging an encoder before anything is switched.
 * What is known of the files stays as it is.
 */
import { inLanes } from "../base/lanes.ts";
import { showPath } from "../base/path-bytes.ts";
import type { ChildPool } from "../children/child-pool.ts";
import type { RegisteredEncoder } from "../encoders/registry.ts";
import type { JobContext } from "../jobs/job-runner.ts";
import type { ChosenDevice } from "../runtime/devices.ts";
import { toHalf } from "../search/half-float.ts";
import type { ReadStore, WriteStore } from "../store/database.ts";
import { contentById, type ContentRow } from "../store/queries/contents.ts";
import { hasEmbedding, saveEmbedding, type EncoderRow } from "../store/queries/embeddings.ts";
import { filesOfContent } from "../store/queries/files.ts";
import { inTransaction } from "../store/statements.ts";
import { openTensorFile } from "./tensor-file.ts";

export interface EmbedPicturesRequest {
  readonly store: ReadStore;
  readonly children: ChildPool;
  readonly encoder: RegisteredEncoder;
  readonly contentIds: ArrayLike<number>;
  readonly openDevice: () => Promise<ChosenDevice>;
  readonly job: Pick<JobContext, "control" | "signal" | "progress">;
}

export interface EmbedContentsRequest extends EmbedPicturesRequest {
  readonly store: WriteStore;
  readonly encoderRow: EncoderRow;
}

/** The vector of one content, as it is stored. */
export interface EmbeddedContent {
  readonly contentId: number;
  readonly vector: Buffer;
}

const batchSize = 16;

/** Embeds those that the encoder has not seen, and stores the vectors. Gives the paths (shown form) of those that could not be read any more. */
export function embedContents(request: EmbedContentsRequest): Promise<string[]> {
  const { store, encoderRow } = request;
  const contentIds = Array.from(request.contentIds).filter((id) => !hasEmbedding(store, encoderRow.key, id));
  return embedPictures({ ...request, contentIds }, (batch) =>
    inTransaction(store, () => batch.forEach(({ contentId, vector }) => saveEmbedding(store, encoderRow.key, contentId, vector))),
  );
}

/** The same without a store to write to: `onBatch` gets the vectors as they come. */
export async function embedPictures(
  request: EmbedPicturesRequest,
  onBatch: (batch: readonly EmbeddedContent[]) => void,
): Promise<string[]> {
  const { store, children, encoder, job } = request;
  const lacking = Array.from(request.contentIds);
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
    const { dimensions } = encoder.card.output;
    onBatch(
      batch.map(({ contentId }, row) => {
        const vector = toHalf(vectors.subarray(row * dimensions, (row + 1) * dimensions));
        return { contentId, vector: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength) };
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
  { store, children, encoder, job }: EmbedPicturesRequest,
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
