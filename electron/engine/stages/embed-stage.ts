/**
 * @file Second stage: read every pending file once, and store in one transaction what it told together with its embedding. Reading (in
 * child processes) and inference (in a worker) overlap; a bounded number of pictures is in flight, so memory does not grow with the
 * collection. A kill at any moment loses at most the batch in flight.
 */
import { inLanes } from "../base/lanes.ts";
import type { DecodeFailure, IngestResult } from "../ingest/decode/types.ts";
import { decodeVersion } from "../ingest/decode/version.ts";
import type { FoundFile } from "../ingest/scan/walk.ts";
import type { ChosenDevice } from "../runtime/devices.ts";
import { toHalf } from "../search/half-float.ts";
import { contentByHash, hashesOfSize, saveContent } from "../store/queries/contents.ts";
import { hasEmbedding, saveEmbedding } from "../store/queries/embeddings.ts";
import { saveFile, type FileRow } from "../store/queries/files.ts";
import { inTransaction } from "../store/statements.ts";
import { decodedColumns } from "./decoded-columns.ts";
import { createMoves, isGone } from "./moves.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ScanResult } from "./scan-stage.ts";
import { openTensorFile } from "./tensor-file.ts";

export interface EmbedSeconds {
  /** Wall clock from the first file asked for to the last one decoded, and from the first batch embedded to the last: they overlap. */
  readonly decode: number;
  readonly embed: number;
}

/** Pictures in one run of the encoder: large enough to amortise a run, small enough to lose little in a kill. */
const batchSize = 16;
/** Contents of one size whose hashes go along with a file. */
const mostNamed = 16;
/** After this long the first pictures are told. */
const firstPauseMs = 1500;

type Read =
  | { readonly kind: "known"; readonly contentId: number }
  | { readonly kind: "failed"; readonly failure: DecodeFailure }
  /** Its tensor lies at `offset` of the tensor file. */
  | { readonly kind: "decoded"; readonly result: IngestResult; readonly offset: number };

interface Finished {
  readonly file: FoundFile;
  readonly known: FileRow | null;
  readonly read: Read;
}

export async function embedStage(pipeline: Pipeline, scan: ScanResult, openDevice: () => Promise<ChosenDevice>): Promise<EmbedSeconds> {
  const { store, clock, job, children, encoder, encoderRow } = pipeline;
  const moves = createMoves(store, scan.scanId, scan.absent);
  const { size } = encoder.card.input;
  const total = scan.pending.length;
  if (total === 0) return { decode: 0, embed: 0 };
  const startedAt = clock.monotonic();
  let decodedAt = startedAt;
  let embedStartedAt: number | null = null;
  let embeddedAt = startedAt;
  const tensorFile = openTensorFile(store.workspace, size * size * 3);
  const device = openDevice();
  // A device that cannot be opened must be reported by the first batch, not as an unhandled rejection before it.
  device.catch(() => undefined);

  const read = async (file: FoundFile): Promise<Read> => {
    // It may be a copy of what is stored, which is not decoded again: the hashes go along, or, where they are many, it is named first.
    const ofSize = hashesOfSize(store, file.sizeBytes, mostNamed + 1);
    const areMany = ofSize.length > mostNamed;
    if (areMany) {
      const identity = await children.run("hash", { path: file.path }, { signal: job.signal });
      if ("failure" in identity) return { kind: "failed", failure: identity.failure };
      const contentId = readyContent(identity.contentHash);
      if (contentId !== null) return { kind: "known", contentId };
    }
    const offset = tensorFile.take();
    const request = { path: file.path, input: { size }, place: { file: tensorFile.path, offset }, thumbnail: pipeline.thumbnailFolder };
    let answer = await children.run("ingestUnlessKnown", { ...request, known: areMany ? [] : ofSize }, { signal: job.signal });
    if ("isKnown" in answer) {
      const contentId = readyContent(answer.contentHash);
      if (contentId !== null) {
        tensorFile.giveBack(offset);
        return { kind: "known", contentId };
      }
      answer = await children.run("ingest", request, { signal: job.signal });
    }
    if (!("failure" in answer)) return { kind: "decoded", result: answer, offset };
    tensorFile.giveBack(offset);
    return { kind: "failed", failure: answer.failure };
  };
  /** The content of this hash, where nothing of it is to be made anew. */
  const readyContent = (hash: string): number | null => {
    const content = contentByHash(store, hash);
    if (!content || content.error_code !== null || content.decode_version !== decodeVersion) return null;
    return hasEmbedding(store, encoderRow.key, content.id) ? content.id : null;
  };

  let done = 0;
  let toldAt = startedAt;
  let pauseMs = firstPauseMs;
  const commit = (batch: readonly Finished[], vectors: Float32Array): void => {
    inTransaction(store, () => {
      let row = 0;
      for (const { file, known, read: told } of batch) {
        const common = { ...file, scanId: scan.scanId };
        if (told.kind === "failed" && told.failure.code === "missing" && isGone(file.path)) {
          // Removed since it was listed: a known image is missing, an unknown file was never here.
          if (known && known.state !== "missing" && known.state !== "unsupported") scan.absent.push(known);
          continue;
        }
        if (told.kind === "failed") {
          saveFile(store, { ...common, state: "unreadable", contentId: null, error: told.failure, outcome: "unreadable" });
          continue;
        }
        let contentId: number;
        if (told.kind === "known") contentId = told.contentId;
        else {
          const { result } = told;
          contentId = saveContent(store, {
            hash: result.contentHash,
            sizeBytes: result.sizeBytes,
            decodeVersion,
            error: null,
            decoded: decodedColumns(result),
          });
          const { dimensions } = encoderRow;
          const vector = toHalf(vectors.subarray(row * dimensions, (row + 1) * dimensions));
          saveEmbedding(store, encoderRow.key, contentId, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
          row++;
        }
        if (known && known.content_id === contentId)
          saveFile(store, { ...common, state: "image", contentId, error: null, outcome: outcomeOfSame(known, scan.scanId) });
        else if (!moves.take(file, known, contentId))
          saveFile(store, { ...common, state: "image", contentId, error: null, outcome: "added" });
      }
    });
    done += batch.length;
    job.progress(done, total);
    // Pictures appear as they are read; each telling makes clients read again, so the pauses grow with what there is to read.
    const now = clock.monotonic();
    if (done === total || now - toldAt < pauseMs) return;
    toldAt = now;
    pauseMs *= 1.5;
    pipeline.changed("images", "collection");
  };

  let collecting: Finished[] = [];
  let tensors = 0;
  // Batches on their way through the encoder: while one waits for its last run, the next keeps the other sessions busy.
  const underWay = new Set<Promise<void>>();
  let broken: unknown = null;
  const embedBatch = async (batch: readonly Finished[]): Promise<void> => {
    await job.control.gate();
    const offsets = batch.flatMap(({ read: told }) => (told.kind === "decoded" ? [told.offset] : []));
    let vectors: Float32Array = new Float32Array(0);
    if (offsets.length > 0) {
      const { session } = await device;
      embedStartedAt ??= clock.monotonic();
      vectors = await session.embed({ file: tensorFile.path, offsets }, offsets.length);
      embeddedAt = clock.monotonic();
      for (const offset of offsets) tensorFile.giveBack(offset);
    }
    commit(batch, vectors);
  };
  const flush = (): void => {
    if (collecting.length === 0) return;
    const passing: Promise<void> = embedBatch(collecting)
      .catch((thrown: unknown) => {
        broken ??= thrown;
      })
      .finally(() => underWay.delete(passing));
    underWay.add(passing);
    collecting = [];
    tensors = 0;
  };

  const readNext = async ({ file, known }: ScanResult["pending"][number]): Promise<void> => {
    if (broken !== null) throw broken;
    await job.control.gate();
    const told = await read(file);
    decodedAt = clock.monotonic();
    collecting.push({ file, known, read: told });
    if (told.kind === "decoded") tensors++;
    if (tensors >= batchSize || collecting.length >= 4 * batchSize) flush();
    // Decoding must not run away from inference: at most a few batches wait.
    while (underWay.size > 3 && broken === null) await Promise.race(underWay);
  };
  try {
    await inLanes(scan.pending, children.size * 4, readNext);
    flush();
    await Promise.all(underWay);
    if (broken !== null) throw broken;
  } finally {
    await Promise.all(underWay);
    void device.then(({ session }) => session.close()).catch(() => undefined);
    tensorFile.close();
  }
  return { decode: (decodedAt - startedAt) / 1000, embed: embedStartedAt === null ? 0 : (embeddedAt - embedStartedAt) / 1000 };
}

/** A path with the content it had: as before, unless it had been missing or this very scan said more. */
function outcomeOfSame(known: FileRow, scanId: number): FileRow["outcome"] {
  if (known.state === "missing") return "added";
  return known.scan_id === scanId ? known.outcome : "unchanged";
}
