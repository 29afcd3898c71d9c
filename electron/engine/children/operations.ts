/**
 * @file What a pixel child can be asked: operation -> request and result. The table is the contract between pool and child; a new operation is
 * a line here and, because the handlers are total over it, a handler.
 */
import type { DicomPatient } from "#protocol/dicom-model.ts";

import type { PreviewRequest, PreviewResult, TensorResult } from "../ingest/decode/ingest.ts";
import type { TensorPlace } from "../ingest/decode/tensor-place.ts";
import type { Sharpness } from "../ingest/decode/sharpness.ts";
import type {
  DecodeFailure,
  FileIdentity,
  FileLikeness,
  IngestRequest,
  IngestResult,
  KnownFile,
  Picture,
  TensorShape,
} from "../ingest/decode/types.ts";
import type { KeypointsRequest, KeypointsResult } from "./keypoints-of-files.ts";
import type { VerifyRequest, VerifyResult } from "./verify-pairs.ts";

export interface PixelOperations {
  /** Everything about one file. */
  ingest: { request: IngestRequest; result: IngestResult };
  /** The same, unless the file holds one of these contents (their hashes). */
  ingestUnlessKnown: { request: IngestRequest & { readonly known: readonly string[] }; result: IngestResult | KnownFile };
  /** What tells copies of a file. */
  likeness: { request: { readonly path: Uint8Array }; result: FileLikeness };
  /** Names a file's content without decoding it. */
  hash: { request: { readonly path: Uint8Array }; result: FileIdentity };
  /** Who a medical file says it is of. */
  patient: { request: { readonly path: Uint8Array }; result: { readonly patient: DicomPatient | null } };
  /** RGB at most `maxSide` long; null: every pixel. */
  pixels: { request: { readonly path: Uint8Array; readonly maxSide: number | null }; result: Picture };
  /** The whole picture stretched to a square of `side`, RGB, written to its place. */
  square: { request: { readonly path: Uint8Array; readonly side: number; readonly place: TensorPlace }; result: null };
  /** Sharpness of the centre at full resolution. */
  sharpness: { request: { readonly path: Uint8Array }; result: Sharpness };
  /** JPEG for formats that a browser cannot show, into the file `target`, or as bytes where that is null. */
  preview: { request: PreviewRequest; result: PreviewResult };
  /** What is kept of pictures to find their edits. */
  keypoints: { request: KeypointsRequest; result: KeypointsResult };
  /** Whether pairs of files show the same picture. */
  verify: { request: VerifyRequest; result: VerifyResult };
  /** The tensor of a picture from outside; `name` helps to tell its format. */
  fromBytes: {
    request: { readonly bytes: Uint8Array; readonly name?: string; readonly input: TensorShape };
    result: TensorResult;
  };
}

/** The operations of a table that an interface may be. */
export type Operations<T> = { [Name in keyof T]: { request: unknown; result: unknown } };

/** What answers in the child: total over the table. A handler throws `DecodeError` for what is wrong with a file; all else is a bug. */
export type OperationHandlers<T extends Operations<T>> = {
  readonly [Name in keyof T]: (request: T[Name]["request"]) => Promise<T[Name]["result"]> | T[Name]["result"];
};

/** A file that gave no result: an outcome, not an error. */
export interface Failed {
  readonly failure: DecodeFailure;
}
