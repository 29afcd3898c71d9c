/**
 * @file A text tower at work: texts in, unit vectors out. Texts of one length go together, so that nothing is filled up where the graph does not ask for it and a
 * text's vector does not depend on its company.
 */
import { Tensor, type InferenceSession } from "onnxruntime-node";

import { BugError, UserError } from "../../base/errors.ts";
import { normaliseRows } from "../prepare-input.ts";
import { openSession } from "../session.ts";
import type { TextSpecification } from "./text-specification.ts";
import { openTokenizer, type TextTokenizer } from "./tokenizer.ts";

export interface TextSession {
  /** [texts, dimensions], unit rows. */
  embed(texts: readonly string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Texts in one run where the graph takes any number. */
const mostTogether = 32;

export async function openTextSession(modelPath: string, specification: TextSpecification, threads: number): Promise<TextSession> {
  const tokenizer = openTokenizer(specification.tokenizer.kind, specification.tokenizer.path);
  const session = await openSession(modelPath, "cpu", threads);
  const { tokens, mask, kinds } = specification.input;
  const wanted = [tokens, mask, kinds].filter((name) => name !== null);
  if (wanted.some((name) => !session.inputNames.includes(name)) || !session.outputNames.includes(specification.outputName))
    throw new BugError(
      `${modelPath} has inputs ${session.inputNames.join(", ")} and outputs ${session.outputNames.join(", ")}; expected ${wanted.join(", ")} and ${specification.outputName}`,
    );
  return { embed: (texts) => embed(texts, { session, tokenizer, specification }), close: () => session.release() };
}

interface Opened {
  readonly session: InferenceSession;
  readonly tokenizer: TextTokenizer;
  readonly specification: TextSpecification;
}

async function embed(texts: readonly string[], opened: Opened): Promise<Float32Array> {
  const { dimensions, input } = opened.specification;
  const rows = texts.map((text) => opened.tokenizer.encode(text, input.context));
  const byLength = new Map<number, number[]>();
  rows.forEach((row, at) => {
    // An empty text is one that is filled up.
    const length = input.fillsUp ? input.context : Math.max(1, row.length);
    byLength.set(length, [...(byLength.get(length) ?? []), at]);
  });
  const vectors = new Float32Array(texts.length * dimensions);
  const together = input.batch ?? mostTogether;
  for (const [length, places] of byLength)
    for (let from = 0; from < places.length; from += together) {
      const part = places.slice(from, from + together);
      const made = await runOnce(
        part.map((place) => rows[place] as readonly number[]),
        length,
        opened,
      );
      part.forEach((place, at) => vectors.set(made.subarray(at * dimensions, (at + 1) * dimensions), place * dimensions));
    }
  return normaliseRows(vectors, texts.length, dimensions);
}

/** [rows, dimensions]. A fixed batch is filled up with its first text, whose rows are left out again. */
async function runOnce(rows: readonly (readonly number[])[], length: number, { session, specification }: Opened): Promise<Float32Array> {
  const { input, outputName, dimensions } = specification;
  const batch = input.batch ?? rows.length;
  const all = Array.from({ length: batch }, (_, at) => rows[at] ?? (rows[0] as readonly number[]));
  const tensor = (numberAt: (row: readonly number[], at: number) => number): Tensor => {
    const numbers = all.flatMap((row) => Array.from({ length }, (_, at) => numberAt(row, at)));
    const shape = [batch, length];
    return input.elementType === "int64"
      ? new Tensor("int64", BigInt64Array.from(numbers, BigInt), shape)
      : new Tensor("int32", Int32Array.from(numbers), shape);
  };
  const feeds: Record<string, Tensor> = { [input.tokens]: tensor((row, at) => row[at] ?? input.padding) };
  if (input.mask !== null) feeds[input.mask] = tensor((row, at) => (at < row.length ? 1 : 0));
  if (input.kinds !== null) feeds[input.kinds] = tensor(() => 0);
  const output = (await session.run(feeds))[outputName];
  if (output?.type !== "float32" || output.data.length !== batch * dimensions)
    throw new UserError(
      "text-width",
      `the text model gives ${describe(output)} for ${batch} texts; expected ${dimensions} numbers each, as many as the image model gives`,
    );
  return (output.data as Float32Array).subarray(0, rows.length * dimensions);
}

function describe(output: Tensor | undefined): string {
  return output === undefined ? "nothing" : `${output.type} [${output.dims.join(", ")}]`;
}
