/**
 * @file Entry of the child process that opens and decodes files. Everything that touches the bytes of a stranger's file runs here, where a
 * crash or a hang costs that one file.
 */
import {
  ingestFile,
  ingestUnlessKnown,
  likenessOfFile,
  measureSharpness,
  patientOfFile,
  pixelsOfFile,
  previewOfFile,
  squareOfFile,
  tensorOfBytes,
} from "../ingest/decode/ingest.ts";
import { identifyFile } from "../ingest/decode/read-file.ts";
import type { OperationHandlers, PixelOperations } from "./operations.ts";
import { serve } from "./serve.ts";

const handlers: OperationHandlers<PixelOperations> = {
  ingest: ingestFile,
  ingestUnlessKnown,
  likeness: likenessOfFile,
  hash: ({ path }) => identifyFile(path),
  patient: ({ path }) => ({ patient: patientOfFile(path) }),
  pixels: pixelsOfFile,
  square: squareOfFile,
  sharpness: ({ path }) => measureSharpness(path),
  preview: previewOfFile,
  // Loaded when they are asked for: the first picture does not wait for what compares pictures.
  keypoints: async (request) => (await import("./keypoints-of-files.ts")).keypointsOfFiles(request),
  verify: async (request) => (await import("./verify-pairs.ts")).verifyPairs(request),
  fromBytes: tensorOfBytes,
};

serve<PixelOperations>(handlers);
