/**
 * @file A trial before an encoder is taken in: two pictures made by a formula must give finite, different vectors, and a picture's vector must not
 * depend on what else is in its batch.
 */
import { UserError, messageOf } from "../../base/errors.ts";
import type { InputSpecification } from "../../runtime/inference-messages.ts";
import { openInference } from "../../runtime/inference.ts";
import { analyticPictures } from "../analytic-pictures.ts";

export interface Trial {
  readonly modelPath: string;
  readonly input: InputSpecification;
  readonly outputName: string;
  readonly dimensions: number;
}

/** Two vectors of one picture may differ by this much per number: sums are added up in another order. */
const tolerance = 1e-3;
/** Vectors of two pictures that are nearer than this are one: an encoder without training may tell pictures apart by little more. */
const noDifference = 1e-6;

/**
 * Gives the batch that works: the input's own, or 1 where it says any number and runs with one only (a shape written into the graph). Throws
 * UserError `encoder-failed`.
 */
export async function tryEncoder(trial: Trial, threads: number): Promise<number | null> {
  const { size } = trial.input;
  const pictures = analyticPictures(size, 2);
  const bytes = size * size * 3;
  const session = await openInference({ ...trial, device: "cpu", threads }).catch((thrown: unknown) =>
    fail(`cannot be opened: ${messageOf(thrown)}`),
  );
  const embed = (pixels: Uint8Array, count: number): Promise<Float32Array> => session.embed(pixels.slice(), count);
  try {
    const alone = [
      await embed(pictures.subarray(0, bytes), 1).catch(failToRun),
      await embed(pictures.subarray(bytes), 1).catch(failToRun),
    ] as const;
    if (distance(alone[0], alone[1]) < noDifference)
      fail("gives two different pictures the same vector: look at its preprocessing, or choose another tensor with --output");
    const together = await embed(pictures, 2).catch((thrown: unknown) => {
      if (trial.input.batch !== null) throw thrown;
      return null;
    });
    if (together === null) return 1;
    for (const [row, vector] of alone.entries())
      if (distance(vector, together.subarray(row * trial.dimensions, (row + 1) * trial.dimensions)) > tolerance)
        fail("gives a picture another vector when another picture is beside it: export it in evaluation mode");
    return trial.input.batch;
  } finally {
    await session.close();
  }
}

function distance(one: Float32Array, other: Float32Array): number {
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] as number))), 0);
}

function failToRun(thrown: unknown): never {
  return fail(`does not run: ${messageOf(thrown)}`);
}

function fail(why: string): never {
  throw new UserError("encoder-failed", `The encoder ${why}.`);
}
