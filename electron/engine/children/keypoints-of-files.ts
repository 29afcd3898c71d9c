/**
 * @file Keypoints of pictures in a child process: from their thumbnails, which are of the size that is wanted, or from the files where there is none.
 */
import { findKeypoints, keypointsSide, type Keypoints } from "../duplicates/keypoints.ts";
import { DecodeError } from "../ingest/decode/decode-error.ts";
import { pixelsOfFile } from "../ingest/decode/ingest.ts";

export interface KeypointsRequest {
  readonly pictures: readonly { readonly thumbnail: Uint8Array; readonly path: Uint8Array }[];
}

export interface KeypointsResult {
  /** In the order of the pictures; null where one could not be read now. */
  readonly keypoints: readonly (Keypoints | null)[];
}

export async function keypointsOfFiles({ pictures }: KeypointsRequest): Promise<KeypointsResult> {
  const keypoints: (Keypoints | null)[] = [];
  for (const { thumbnail, path } of pictures) keypoints.push((await keypointsOf(thumbnail)) ?? (await keypointsOf(path)));
  return { keypoints };
}

async function keypointsOf(path: Uint8Array): Promise<Keypoints | null> {
  try {
    return findKeypoints(await pixelsOfFile({ path, maxSide: keypointsSide }));
  } catch (thrown) {
    if (thrown instanceof DecodeError) return null;
    throw thrown;
  }
}
