/** @file Where a picture's bytes are, for each host. Pictures never travel inside messages. */
import type { ImageId } from "#protocol/model.ts";

import { bridge } from "./bridge.ts";

export function thumbnailUrl(id: ImageId): string {
  return pictureUrl(id, "thumbnail");
}

export function imageUrl(id: ImageId): string {
  return pictureUrl(id, "image");
}

function pictureUrl(id: ImageId, kind: "thumbnail" | "image"): string {
  const host = bridge();
  if (host === null) return `/${kind}/${id}`;
  return host.kind === "electron" ? `likeness://${kind}/${id}` : host.pictureUrl(id, kind);
}
