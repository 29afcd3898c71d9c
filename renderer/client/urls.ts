/** @file Where a picture's bytes are, for each host. Pictures never travel inside messages. */
import type { PictureView } from "#protocol/hosting.ts";
import type { ImageId } from "#protocol/model.ts";

import { bridge } from "./bridge.ts";

export function thumbnailUrl(id: ImageId): string {
  return pictureUrl(id, "thumbnail");
}

/** @param view which frame and which window, from 0; without them those that stand for the file */
export function imageUrl(id: ImageId, view: PictureView = {}): string {
  const url = pictureUrl(id, "image");
  const asked = Object.entries(view).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  // What a page carries in itself has no frames.
  return asked.length === 0 || url.startsWith("data:") ? url : `${url}?${asked.join("&")}`;
}

function pictureUrl(id: ImageId, kind: "thumbnail" | "image"): string {
  const host = bridge();
  if (host === null) return `/${kind}/${id}`;
  return host.kind === "electron" ? `likeness://${kind}/${id}` : host.pictureUrl(id, kind);
}
