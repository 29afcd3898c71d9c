/**
 * @file How long a search for duplicates takes from a folder alone: listing, reading, hashes, candidates, verification, groups, nothing stored and no
 * encoder asked. What an index job does beside it (embeddings, thumbnails' files, neighbours) is left out.
 */
import { startTimer, type Clock } from "../../base/clock.ts";
import { inLanes } from "../../base/lanes.ts";
import type { ChildPool } from "../../children/child-pool.ts";
import { findCandidates } from "../../duplicates/candidates.ts";
import { groupPairs } from "../../duplicates/groups.ts";
import type { ContentFacts, DuplicateGroup, FileFacts, VerifiedPair } from "../../duplicates/types.ts";
import type { FileLikeness } from "../../ingest/decode/types.ts";
import { showPath } from "../../base/path-bytes.ts";
import { requireFolder } from "../../ingest/scan/folders.ts";
import { unpackListing } from "../../ingest/scan/pack.ts";
import type { FoundFile } from "../../ingest/scan/walk.ts";
import { createJobControl } from "../../jobs/control.ts";
import { compute } from "../compute.ts";
import { verifyCandidates } from "../verify-candidates.ts";

export interface DuplicatesBench {
  readonly folder: Buffer;
  readonly children: ChildPool;
  readonly clock: Clock;
}

export interface DuplicatesTimes {
  readonly seconds: number;
  readonly images: number;
  readonly groups: readonly DuplicateGroup[];
}

const seed = 3;

export async function benchDuplicates({ folder, children, clock }: DuplicatesBench): Promise<DuplicatesTimes> {
  requireFolder(folder);
  const control = createJobControl();
  const timer = startTimer(clock);
  children.warm();
  const listing = unpackListing(await compute("scan", { folders: [folder], leaveOut: [] }, { control }));
  const { contents, files, paths } = await readFiles(
    listing.files.filter(({ isCandidate, problem }) => isCandidate && !problem),
    children,
  );
  const pairs = findCandidates({ contents, graph: null, rows: new Int32Array(0), seed });
  const verified: VerifiedPair[] = [];
  const job = { control, signal: new AbortController().signal, progress: () => undefined };
  await verifyCandidates({ children, job, paths, contents, pairs }, (judged) => {
    for (const { a, b, relation, score, edit } of judged)
      if (relation !== "none") verified.push({ a, b, relation, score, edit: edit ?? null });
  });
  const groups = groupPairs({ contents, files, pairs: verified });
  return { seconds: timer(), images: files.length, groups };
}

interface ReadFolder {
  readonly contents: ContentFacts[];
  readonly files: FileFacts[];
  readonly paths: Map<number, Buffer>;
}

/**
 * Only files of one size may be copies: those are told apart by the hash of their bytes, and a copy is not decoded again; the others are told apart by their size. Contents come in the order of
 * what tells them apart.
 */
async function readFiles(found: readonly FoundFile[], children: ChildPool): Promise<ReadFolder> {
  const sizes = new Map<number, number>();
  for (const { sizeBytes } of found) sizes.set(sizeBytes, (sizes.get(sizeBytes) ?? 0) + 1);
  const known = new Map<string, ReadContent>();
  const holders: { readonly key: string; readonly file: FoundFile }[] = [];
  await inLanes(found, children.size * 4, async (file) => {
    let key = `size ${file.sizeBytes}`;
    if ((sizes.get(file.sizeBytes) as number) > 1) {
      const identity = await children.run("hash", { path: file.path });
      if ("failure" in identity) return;
      key = identity.contentHash;
    }
    if (!known.has(key)) {
      const likeness = await children.run("likeness", { path: file.path });
      if ("failure" in likeness) return;
      known.set(key, { likeness, sizeBytes: file.sizeBytes });
    }
    holders.push({ key, file });
  });
  const keys = [...known.keys()].sort();
  const ids = new Map(keys.map((key, index) => [key, index + 1]));
  holders.sort((one, other) => Buffer.compare(one.file.path, other.file.path));
  const files = holders.map(({ key, file }, index): FileFacts => ({
    file: index,
    content: ids.get(key) as number,
    path: showPath(file.path),
    time: file.modifiedUs / 1000,
  }));
  return {
    contents: keys.map((key, index) => factsOf(index + 1, known.get(key) as ReadContent)),
    files,
    paths: new Map(holders.map(({ key, file }) => [ids.get(key) as number, file.path])),
  };
}

interface ReadContent {
  readonly likeness: FileLikeness;
  readonly sizeBytes: number;
}

function factsOf(id: number, { likeness, sizeBytes }: ReadContent): ContentFacts {
  const { width, height, format, perceptual, colour } = likeness;
  return { id, byteSize: sizeBytes, width, height, format, perceptual, colour };
}
