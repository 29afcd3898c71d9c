/**
 * @file The pictures on which an exported encoder is held against the app: of the open collection, spread over it, and made ones where there are
 * too few.
 */
import type { Collection } from "../../collection.ts";
import type { Engine } from "../../engine.ts";
import { analyticPictures } from "../../encoders/analytic-pictures.ts";

export const pictureCount = 32;

/** [pictureCount, size, size, 3] */
export async function checkPictures(engine: Pick<Engine, "children" | "collection">, size: number): Promise<Uint8Array> {
  const bytes = size * size * 3;
  const pictures = analyticPictures(size, pictureCount);
  let filled = 0;
  for (const path of engine.collection === null ? [] : spreadPaths(engine.collection)) {
    const answer = await engine.children().run("ingest", { path, input: { size }, thumbnail: null });
    // One that cannot be read (any more) proves nothing either way.
    if (!("failure" in answer)) pictures.set(answer.tensor as Uint8Array, filled++ * bytes);
  }
  return pictures;
}

function spreadPaths(collection: Collection): Uint8Array[] {
  const { paths } = collection.catalogue();
  const count = Math.min(pictureCount, paths.length);
  return Array.from({ length: count }, (_, at) => paths[Math.floor((at * paths.length) / count)] as Buffer);
}
