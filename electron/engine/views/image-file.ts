/**
 * @file Where a host finds the bytes to show: the thumbnail, the file itself where a browser shows its format, else a preview rendered
 * once and kept in the workspace.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import type { PictureView } from "#protocol/hosting.ts";
import type { ImageId } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import type { Engine } from "../engine.ts";
import { pathOfThumbnail } from "../ingest/decode/thumbnail-place.ts";
import { framedFormats, type ImageFormat } from "../ingest/decode/types.ts";
import { decodeVersion } from "../ingest/decode/version.ts";
import { contentById, type ContentRow } from "../store/queries/contents.ts";
import { fileById } from "../store/queries/files.ts";

const mediaTypes: Record<ImageFormat, string | null> = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
  avif: "image/avif",
  bmp: "image/bmp",
  // An SVG is a document: it may hold scripts and links. It is shown as a picture made of it.
  svg: null,
  tiff: null,
  dicom: null,
  pnm: null,
  tga: null,
  heic: null,
  jp2: null,
  jxl: null,
  psd: null,
  // Its preview, turned as the raw says.
  raw: null,
  nifti: null,
  sgi: null,
  // Browsers choose among the pictures of an icon by rules of their own.
  ico: null,
  icns: null,
  dds: null,
};

const previewSide = 2048;

export interface ImageFileRequest extends PictureView {
  readonly id: ImageId;
  readonly kind: "thumbnail" | "image";
}

export async function imageFile(engine: Engine, { id, kind, ...view }: ImageFileRequest): Promise<{ path: Uint8Array; mediaType: string }> {
  const collection = engine.requireCollection();
  const file = fileById(collection.store, id);
  if (!file || file.content_id === null) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
  const content = contentById(collection.store, file.content_id) as ContentRow;
  if (kind === "thumbnail") return { path: pathOfThumbnail(collection.thumbnailFolder, content, file.path), mediaType: "image/jpeg" };
  const hash = content.hash.toString("hex");
  const suffix = viewSuffix(id, content, view);
  // CMYK and 16 bit a channel look different from browser to browser.
  const direct =
    content.bit_depth <= 8 && !(content.format === "jpeg" && content.channels === 4) ? mediaTypes[content.format as ImageFormat] : null;
  if (direct) return { path: file.path, mediaType: direct };
  // What an older decoder made of a file is not what a newer one makes of it.
  const preview = join(collection.workspace, "previews", hash.slice(0, 2), `${hash}-${decodeVersion}${suffix}.jpg`);
  if (!existsSync(preview)) {
    const request = { path: file.path, maxSide: previewSide, target: preview, ...view };
    const answer = await engine.children().run("preview", request, { urgent: true });
    if ("failure" in answer) throw new UserError(answer.failure.code, answer.failure.message);
  }
  return { path: Buffer.from(preview), mediaType: "image/jpeg" };
}

/** What tells the preview of a view from others of the file; empty for the one that stands for it. */
function viewSuffix(id: ImageId, { format, frame_count: frames }: ContentRow, { frame, window }: PictureView): string {
  if (frame === undefined && window === undefined) return "";
  if (!framedFormats.includes(format))
    throw new UserError("frame-unknown", `Image ${id} is of format ${format}, of which one frame is shown.`);
  if (frame !== undefined && frame >= frames)
    throw new UserError("frame-unknown", `Image ${id} has ${frames} frames, counted from 0; frame ${frame} was asked for.`);
  return `-${frame ?? "x"}-${window ?? 0}`;
}
