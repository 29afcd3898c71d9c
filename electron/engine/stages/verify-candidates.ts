/**
 * @file Candidates verified on pixels in the children, verdicts told as they come. Pairs that share pictures go to one child, and a picture that hangs its decoder
 * costs only its own pairs.
 */
import { inLanes } from "../base/lanes.ts";
import type { ChildPool } from "../children/child-pool.ts";
import type { VerifyPair, VerifyPicture } from "../children/verify-pairs.ts";
import { inverseEdit } from "../duplicates/edit-of.ts";
import { keepsEveryPixel } from "../duplicates/keep.ts";
import { batchPairs, heldPictures } from "../duplicates/pair-batches.ts";
import type { CandidatePair, ContentFacts } from "../duplicates/types.ts";
import type { JobContext } from "../jobs/job-runner.ts";
import type { PairRow } from "../store/queries/findings.ts";

export interface VerifyRequest {
  readonly children: ChildPool;
  readonly job: Pick<JobContext, "control" | "signal" | "progress">;
  /** Content id -> a file that holds it (`pathByContent`). */
  readonly paths: ReadonlyMap<number, Buffer>;
  readonly contents: readonly ContentFacts[];
  /** Positions in `contents`. */
  readonly pairs: readonly CandidatePair[];
}

/** Pairs in a request to a child: about a second of work at most, so that progress moves and a cancel is heard; and so many requests that no child waits long for the last. */
const perRequest = { least: 12, most: 64, ofEachChild: 8 };
/** Of a core, measured on photos. */
const msOf = { picture: 3.4, pair: 1.2, edits: 6 };

/** Gives the number of pairs that got no verdict. */
export async function verifyCandidates(request: VerifyRequest, onJudged: (judged: readonly PairRow[]) => void): Promise<number> {
  const { children, job, paths, contents, pairs } = request;
  const even = Math.ceil(pairs.length / (children.size * perRequest.ofEachChild));
  const requests = batchPairs(pairs, { pairs: Math.max(perRequest.least, Math.min(perRequest.most, even)), held: heldPictures });
  // The longest first, and none waits at a child for another: all children end at about the same time.
  const works = new Map(requests.map((chunk) => [chunk, workOf(chunk)]));
  requests.sort((one, other) => (works.get(other) as number) - (works.get(one) as number));
  let done = 0;
  let left = 0;
  job.progress(0, pairs.length);
  const judge = async (chunk: readonly CandidatePair[]): Promise<void> => {
    await job.control.gate();
    const { pictures, indexed } = indexPictures(chunk, contents, paths);
    const answer = await children.run(
      "verify",
      { pictures, pairs: indexed },
      { signal: job.signal, timeoutMs: chunk.length > 1 ? 120_000 : 30_000 },
    );
    if ("failure" in answer) {
      // One picture that hangs or crashes the decoder must not cost the pairs it shared a request with.
      if (chunk.length > 1) for (const pair of chunk) await judge([pair]);
      else left++;
      return;
    }
    onJudged(
      chunk.flatMap((pair, index): PairRow[] => {
        const verdict = answer.verdicts[index];
        if (!verdict) {
          left++;
          return [];
        }
        const { relation, score, edit } = verdict;
        const [one, other] = [(contents[pair.a] as ContentFacts).id, (contents[pair.b] as ContentFacts).id];
        const ascending = edit === null || one < other ? edit : inverseEdit(edit);
        const kept = ascending === null ? null : JSON.stringify(ascending);
        return [{ a: Math.min(one, other), b: Math.max(one, other), relation, score, edit: kept }];
      }),
    );
  };
  await inLanes(requests, children.size, async (chunk) => {
    await judge(chunk);
    done += chunk.length;
    job.progress(done, pairs.length);
  });
  return left;
}

function workOf(chunk: readonly CandidatePair[]): number {
  const pictures = new Set(chunk.flatMap(({ a, b }) => [a, b]));
  return chunk.reduce((sum, { lookForEdits }) => sum + (lookForEdits ? msOf.edits : msOf.pair), pictures.size * msOf.picture);
}

function indexPictures(
  chunk: readonly CandidatePair[],
  contents: readonly ContentFacts[],
  paths: ReadonlyMap<number, Buffer>,
): { pictures: VerifyPicture[]; indexed: VerifyPair[] } {
  const pictures: VerifyPicture[] = [];
  const places = new Map<number, number>();
  const place = (position: number): number => {
    const known = places.get(position);
    if (known !== undefined) return known;
    const content = contents[position] as ContentFacts;
    places.set(position, pictures.length);
    pictures.push({
      path: paths.get(content.id) as Buffer,
      width: content.width,
      height: content.height,
      lossless: keepsEveryPixel(content.format),
    });
    return pictures.length - 1;
  };
  const indexed = chunk.map((pair): VerifyPair => ({
    a: place(pair.a),
    b: place(pair.b),
    maybeIdentical: pair.reasons.includes("pixels"),
    orientations: pair.orientations ?? null,
    lookForScene: pair.lookForScene,
    lookForEdits: pair.lookForEdits,
  }));
  return { pictures, indexed };
}
