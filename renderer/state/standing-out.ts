/** @file What stands out in pictures, asked for when one is looked at and kept while the stored rows stay the same; the oldest leave first. */
import type { ImageId } from "#protocol/model.ts";
import type { StandingOutPart } from "#protocol/outlier-model.ts";

import { engine } from "./engine.svelte.ts";

const most = 100;
const cache = new Map<ImageId, Promise<StandingOutPart>>();
let revision = "";

/** Reads `engine.revisions`: call it inside an effect to be asked again after a change. */
export function standingOutOf(id: ImageId): Promise<StandingOutPart> {
  const { images, outliers } = engine.revisions;
  const now = `${engine.collection?.workspace} ${images} ${outliers}`;
  if (now !== revision) {
    revision = now;
    cache.clear();
  }
  const known = cache.get(id);
  if (known !== undefined) return known;
  const part = engine.call("outliers.part", { id });
  cache.set(id, part);
  part.catch(() => cache.delete(id));
  if (cache.size > most) cache.delete(cache.keys().next().value as ImageId);
  return part;
}
