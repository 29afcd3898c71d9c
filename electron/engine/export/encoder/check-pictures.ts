/**
 * @file The pictures on which an exported encoder is held against the app: of the open collection, spread over it, and made ones where there are
 * too few.
 */
import { throwIfAborted } from "../../base/errors.ts";
import type { Collection } from "../../collection.ts";
import type { Engine } from "../../engine.ts";
import { analyticPictures } from "../../encoders/analytic-pictures.ts";

export const pictureCount = 32;

export interface CheckPictures {
  /** [count, size, size, 3] */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** None of them is made. */
  readonly areReal: boolean;
}

export interface CheckRequest {
  readonly size: number;
  /** Of a collection that has as many; never fewer than `pictureCount`. */
  readonly most?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export async function checkPictures(
  engine: Pick<Engine, "children" | "collection">,
  { size, most = pictureCount, signal, onProgress }: CheckRequest,
): Promise<CheckPictures> {
  const bytes = size * size * 3;
  const paths = engine.collection === null ? [] : spreadPaths(engine.collection, most);
  const pictures = new Uint8Array(Math.max(pictureCount, paths.length) * bytes);
  pictures.set(analyticPictures(size, pictureCount));
  let filled = 0;
  for (const [at, path] of paths.entries()) {
    throwIfAborted(signal);
    const answer = await engine.children().run("ingest", { path, input: { size }, thumbnail: null });
    // One that cannot be read (any more) proves nothing either way.
    if (!("failure" in answer)) pictures.set(answer.tensor as Uint8Array, filled++ * bytes);
    onProgress?.(at + 1, paths.length);
  }
  const count = Math.max(pictureCount, filled);
  return { pixels: pictures.subarray(0, count * bytes), count, areReal: filled === count };
}

function spreadPaths(collection: Collection, most: number): Uint8Array[] {
  const { paths } = collection.catalogue();
  const count = Math.min(most, paths.length);
  return Array.from({ length: count }, (_, at) => paths[Math.floor((at * paths.length) / count)] as Buffer);
}
