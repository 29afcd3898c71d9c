/**
 * @file Compares pairs of pictures in a child process: decode, compare, forget. The pairs of one request share pictures, so the last few
 * decoded ones are kept.
 */
import type { PictureEdit } from "#protocol/duplicate-model.ts";

import { editOf } from "../duplicates/edit-of.ts";
import { comparePictures } from "../duplicates/compare.ts";
import { pixelsIdentical } from "../duplicates/identical.ts";
import { heldPictures } from "../duplicates/pair-batches.ts";
import type { Orientation, Picture as ComparedPicture } from "../duplicates/picture.ts";
import { DecodeError } from "../ingest/decode/decode-error.ts";
import { pixelsOfFile } from "../ingest/decode/ingest.ts";

export interface VerifyPicture {
  readonly path: Uint8Array;
  /** As displayed, of the file. */
  readonly width: number;
  readonly height: number;
  /** The format keeps every pixel: two such files of one size differ only where the pictures do. */
  readonly lossless: boolean;
}

export interface VerifyPair {
  /** Positions in `pictures`. */
  readonly a: number;
  readonly b: number;
  /** Equal size and equal hash: every pixel may be equal. */
  readonly maybeIdentical: boolean;
  readonly orientations: readonly Orientation[] | null;
  readonly lookForScene: boolean;
  readonly lookForEdits: boolean;
}

export interface VerifyRequest {
  readonly pictures: readonly VerifyPicture[];
  readonly pairs: readonly VerifyPair[];
}

export interface VerifyResult {
  /** In the order of the pairs; null where one of the two could not be read now. */
  readonly verdicts: readonly ({
    readonly relation: "identical-pixels" | "same-picture" | "same-scene" | "none";
    readonly score: number;
    /** Of the pair's `a`, to get its `b`. */
    readonly edit: PictureEdit | null;
  } | null)[];
}

/** Long side of what is compared, as the comparison expects. */
const comparedSide = 512;
/** From this score on two pictures of one size may be equal in every pixel. */
const nearlyEqual = 0.9;

export async function verifyPairs(request: VerifyRequest): Promise<VerifyResult> {
  const kept = new Map<number, Promise<ComparedPicture>>();
  const reduced = (index: number): Promise<ComparedPicture> => {
    const found = kept.get(index);
    if (found) {
      kept.delete(index);
      kept.set(index, found);
      return found;
    }
    const { path, width, height, lossless } = request.pictures[index] as VerifyPicture;
    // One object for each picture: what is made ready of it is kept with it.
    const decoding = Promise.resolve(pixelsOfFile({ path, maxSide: comparedSide })).then((picture): ComparedPicture => ({
      ...picture,
      sourceWidth: width,
      sourceHeight: height,
      lossless,
    }));
    kept.set(index, decoding);
    const oldest = kept.keys().next();
    if (kept.size > heldPictures && !oldest.done) kept.delete(oldest.value);
    return decoding;
  };
  const verdicts: VerifyResult["verdicts"][number][] = [];
  for (const pair of request.pairs) {
    try {
      verdicts.push(await verify(request, pair, reduced));
    } catch (thrown) {
      if (!(thrown instanceof DecodeError)) throw thrown;
      verdicts.push(null);
    }
  }
  return { verdicts };
}

async function verify(
  request: VerifyRequest,
  pair: VerifyPair,
  reduced: (index: number) => Promise<ComparedPicture>,
): Promise<VerifyResult["verdicts"][number]> {
  const [one, other] = [request.pictures[pair.a] as VerifyPicture, request.pictures[pair.b] as VerifyPicture];
  if (pair.maybeIdentical && (await equalInFull(one, other))) return { relation: "identical-pixels", score: 1, edit: null };
  const verdict = comparePictures(await reduced(pair.a), await reduced(pair.b), {
    lookForScene: pair.lookForScene,
    lookForEdits: pair.lookForEdits,
    ...(pair.orientations ? { orientations: pair.orientations } : {}),
  });
  // The quick decode of a JPEG rounds otherwise than the exact one, so the hashes of equal pictures may differ by a bit.
  const alike =
    !pair.maybeIdentical &&
    verdict.relation === "same-picture" &&
    verdict.score >= nearlyEqual &&
    one.width === other.width &&
    one.height === other.height;
  if (alike && (await equalInFull(one, other))) return { relation: "identical-pixels", score: 1, edit: null };
  return { relation: verdict.relation ?? "none", score: verdict.score, edit: editOf(verdict) };
}

async function equalInFull(one: VerifyPicture, other: VerifyPicture): Promise<boolean> {
  const first = await pixelsOfFile({ path: one.path, maxSide: null });
  return pixelsIdentical(first, await pixelsOfFile({ path: other.path, maxSide: null }));
}
