/** @file Where a picture's bytes are, for each host. Pictures never travel inside messages. */
import type { ImageId } from "#protocol/model.ts";

import { bridge } from "./bridge.ts";

export function thumbnailUrl(id: ImageId): string {
  return pictureUrl(id, "thumbnail");
}

/** @param frame from 0; without it the one that stands for the file */
export function imageUrl(id: ImageId, frame?: number): string {
  const url = pictureUrl(id, "image");
  // What a page carries in itself has no frames.
  return frame === undefined || url.startsWith("data:") ? url : `${url}?frame=${frame}`;
}

function pictureUrl(id: ImageId, kind: "thumbnail" | "image"): string {
  const host = bridge();
  if (host === null) return `/${kind}/${id}`;
  return host.kind === "electron" ? `likeness://${kind}/${id}` : host.pictureUrl(id, kind);
}
