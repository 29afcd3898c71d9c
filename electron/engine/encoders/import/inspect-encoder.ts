/**
 * @file A look at a stranger's ONNX file before it is taken in: what was found in it, what there is to choose, whether it runs, and what it makes of some
 * pictures. Nothing of it is kept.
 */
import { rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";

import type { EncoderCheck, EncoderInspection, ImportProblem } from "#protocol/encoder-contract.ts";
import type { EncoderId } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import { makeTemporaryFolder } from "../../base/temporary-folder.ts";
import type { EncoderCard } from "../encoder-card.ts";
import { listRegisteredEncoders } from "../registry.ts";
import { listChoices, type EmbeddingTensor } from "./embedding-tensor.ts";
import {
  chooseEmbedding,
  composeImport,
  nameOf,
  namingFiles,
  readImport,
  type ComposedImport,
  type ImportRequest,
  type ReadImport,
} from "./import-encoder.ts";
import { fillAndTry } from "./put-encoder.ts";

/** What the encoder makes of pictures, by its card, whose model lies where it says; null: there are none. */
export type LookWith = (card: EncoderCard) => Promise<EncoderCheck | null>;

/** Throws UserErrors where the file is no encoder of pictures at all; what can be mended by a choice is a `problem`. */
export function inspectEncoder(request: ImportRequest, look: LookWith): Promise<EncoderInspection> {
  const file = resolve(request.file);
  return namingFiles(file, request, async () => {
    const read = readImport(file, request);
    const { preprocessing, input, pair } = read;
    const { colour, range, mean, std, why } = preprocessing;
    const about = {
      name: request.name ?? nameOf(file, preprocessing),
      bytes: statSync(file).size,
      input: { size: input.size, sizeIsFree: input.sizeIsFree, layout: input.layout, colour, range, mean, std, why },
      choices: listChoices(read.inferred),
      hasText: pair !== null,
    };
    const embedding = await orProblem(() => chooseEmbedding(read, request));
    if ("problem" in embedding) return { ...about, output: null, notes: [], problem: embedding.problem, known: null, check: null };
    const { tensor, pooling, dimensions, why: found } = embedding.value;
    const output = { name: tensor, pooling, dimensions, why: found };
    return { ...about, output, ...(await tryOut({ ...request, file }, read, embedding.value, look)) };
  });
}

type Tried = Pick<EncoderInspection, "notes" | "problem" | "known" | "check">;

async function tryOut(request: ImportRequest, read: ReadImport, embedding: EmbeddingTensor, look: LookWith): Promise<Tried> {
  const composed = await orProblem(() => composeImport(read, embedding, request));
  if ("problem" in composed) return { notes: [], problem: composed.problem, known: null, check: null };
  const known = listRegisteredEncoders(request.dataFolder).find(({ card }) => card.id === composed.value.card.id);
  const tried = await orProblem(() => inTemporary(composed.value, request.threads, look));
  if ("problem" in tried) return { notes: [], problem: tried.problem, known: null, check: null };
  const { card, check } = tried.value;
  return { notes: composed.value.notes(card), problem: null, known: (known?.card.id ?? null) as EncoderId | null, check };
}

async function inTemporary(
  composed: ComposedImport,
  threads: number,
  look: LookWith,
): Promise<{ card: EncoderCard; check: EncoderCheck | null }> {
  const folder = makeTemporaryFolder(tmpdir(), "likeness-look-");
  try {
    const card = await fillAndTry(folder, composed, threads);
    return { card, check: await look(card) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function orProblem<T>(work: () => T | Promise<T>): Promise<{ readonly value: T } | { readonly problem: ImportProblem }> {
  try {
    return { value: await work() };
  } catch (thrown) {
    if (thrown instanceof UserError) return { problem: { code: thrown.code, message: thrown.message } };
    throw thrown;
  }
}
