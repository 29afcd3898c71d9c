/**
 * @file A listing in a few arrays, so that 100,000 files cross from the worker without 100,000 objects being cloned.
 */
import type { FolderProblem, FoundFile, Listing } from "./walk.ts";

export interface PackedListing {
  /** All paths' bytes one after another; path i is bytes offsets[i] to offsets[i + 1]. */
  readonly paths: Uint8Array;
  readonly offsets: Uint32Array;
  readonly sizes: Float64Array;
  readonly times: Float64Array;
  /** Bit 0: link; bit 1: candidate. */
  readonly flags: Uint8Array;
  readonly fileProblems: readonly { readonly index: number; readonly code: string; readonly message: string }[];
  readonly folderProblems: readonly { readonly path: Uint8Array; readonly code: string; readonly message: string }[];
}

export function packListing(listing: Listing): PackedListing {
  const count = listing.files.length;
  const offsets = new Uint32Array(count + 1);
  listing.files.forEach((file, index) => (offsets[index + 1] = (offsets[index] as number) + file.path.length));
  const packed = {
    paths: new Uint8Array(offsets[count] as number),
    offsets,
    sizes: new Float64Array(count),
    times: new Float64Array(count),
    flags: new Uint8Array(count),
    fileProblems: [] as { index: number; code: string; message: string }[],
    folderProblems: listing.problems.map((problem) => ({ ...problem, path: new Uint8Array(problem.path) })),
  };
  listing.files.forEach((file, index) => {
    packed.paths.set(file.path, offsets[index]);
    packed.sizes[index] = file.sizeBytes;
    packed.times[index] = file.modifiedUs;
    packed.flags[index] = (file.isLink ? 1 : 0) | (file.isCandidate ? 2 : 0);
    if (file.problem) packed.fileProblems.push({ index, ...file.problem });
  });
  return packed;
}

export function unpackListing(packed: PackedListing): Listing {
  const bytes = Buffer.from(packed.paths.buffer, packed.paths.byteOffset, packed.paths.byteLength);
  const problems = new Map(packed.fileProblems.map((problem) => [problem.index, { code: problem.code, message: problem.message }]));
  const files: FoundFile[] = [];
  for (let index = 0; index < packed.sizes.length; index++) {
    const flags = packed.flags[index] as number;
    files.push({
      path: bytes.subarray(packed.offsets[index], packed.offsets[index + 1]),
      sizeBytes: packed.sizes[index] as number,
      modifiedUs: packed.times[index] as number,
      isLink: (flags & 1) !== 0,
      isCandidate: (flags & 2) !== 0,
      problem: problems.get(index) ?? null,
    });
  }
  const folderProblems: FolderProblem[] = packed.folderProblems.map((problem) => ({ ...problem, path: Buffer.from(problem.path) }));
  return { files, problems: folderProblems };
}
