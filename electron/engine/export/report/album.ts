/**
 * @file The small pictures of a report: thumbnails inside the page, as many as fit. A page that holds every picture of a large folder would open in no
 * browser, so there is an end, and the page says where it was.
 */
import { readFileSync } from "node:fs";

import { fsPath } from "../../base/path-bytes.ts";
import { pathOfThumbnail } from "../../ingest/decode/thumbnail-place.ts";
import type { ImageFacts } from "../data/image-facts.ts";
import { html, type Markup } from "./html.ts";

export interface Album {
  /** The picture, or an empty place of its size. */
  picture(image: ImageFacts): Markup;
  /** Pictures put in so far. */
  readonly count: number;
  /** Pictures that would have been too much. */
  readonly refused: number;
}

export interface AlbumLimits {
  readonly pictures: number;
  /** Of the files; in the page they take a third more. */
  readonly bytes: number;
}

export const albumLimits: AlbumLimits = { pictures: 480, bytes: 9e6 };

/** Of a thumbnail. */
const longestSide = 256;

/** @param thumbnailFolder null: no pictures at all */
export function createAlbum(thumbnailFolder: string | null, limits: AlbumLimits = albumLimits): Album {
  const known = new Map<number, string | null>();
  let [count, refused, bytes] = [0, 0, 0];
  const dataUri = ({ contentId, content, path }: ImageFacts, thumbnailFolder: string): string | null => {
    const found = known.get(contentId);
    if (found !== undefined) return found;
    let uri: string | null = null;
    try {
      const shown = readFileSync(fsPath(pathOfThumbnail(thumbnailFolder, content, path)));
      uri = `data:image/jpeg;base64,${shown.toString("base64")}`;
    } catch {
      // Not made yet, or lost: the place stays empty.
    }
    known.set(contentId, uri);
    return uri;
  };
  return {
    picture: (image) => {
      if (thumbnailFolder === null) return html``;
      const scale = Math.min(1, longestSide / Math.max(image.width, image.height));
      const [width, height] = [Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale))];
      const uri = dataUri(image, thumbnailFolder);
      const fits = uri !== null && count < limits.pictures && bytes + uri.length * 0.75 <= limits.bytes;
      if (!fits) {
        if (uri !== null) refused++;
        return html`<span class="picture none"></span>`;
      }
      count++;
      bytes += uri.length * 0.75;
      return html`<span class="picture"><img src="${uri}" width="${width}" height="${height}" alt="" /></span>`;
    },
    get count() {
      return count;
    },
    get refused() {
      return refused;
    },
  };
}
