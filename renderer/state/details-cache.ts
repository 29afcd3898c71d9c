/** @file Details of images, asked for once and kept while the stored rows stay the same; the oldest leave first. */
import type { ImageDetails, ImageId } from "#protocol/model.ts";

import { engine } from "./engine.svelte.ts";

const most = 600;
const cache = new Map<ImageId, Promise<ImageDetails>>();
let revision = "";

/** Reads `engine.revisions`: call it inside an effect to be asked again after a change. */
export function detailsOf(id: ImageId): Promise<ImageDetails> {
  const { images, duplicates, outliers, issues } = engine.revisions;
  const now = `${engine.collection?.workspace} ${images} ${duplicates} ${outliers} ${issues}`;
  if (now !== revision) {
    revision = now;
    cache.clear();
  }
  const known = cache.get(id);
  if (known !== undefined) return known;
  const details = engine.call("images.details", { id });
  cache.set(id, details);
  details.catch(() => cache.delete(id));
  if (cache.size > most) cache.delete(cache.keys().next().value as ImageId);
  return details;
}
