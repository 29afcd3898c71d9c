/**
 * @file COCO JSON (https://cocodataset.org/#format-data) of image-level labels. An annotation is `{id, image_id, category_id}` and nothing more: there
 * is no box, no area and no mask, since none was drawn, and readers that index annotations by image (pycocotools' `imgToAnns`, `catToImgs`)
 * need no other field. `file_name` is relative to `info.folder` where the collection has one folder, else absolute.
 */
import { isInside, showPath } from "../../base/path-bytes.ts";
import { productVersion } from "../../base/version.ts";
import { writePieces } from "../whole-file.ts";
import type { ClassOf } from "./classes.ts";
import type { ImageFacts } from "./image-facts.ts";

export interface CocoRequest {
  readonly name: string;
  /** Of the collection. */
  readonly folders: readonly Buffer[];
  readonly images: readonly ImageFacts[];
  readonly classes: ClassOf;
  readonly nowMs: number;
}

export async function writeCoco(file: string, request: CocoRequest, signal?: AbortSignal): Promise<void> {
  await writePieces(file, cocoPieces(request), signal);
}

function* cocoPieces({ name, folders, images, classes, nowMs }: CocoRequest): Generator<string> {
  const [folder] = folders;
  const root = folders.length === 1 && folder !== undefined && images.every(({ path }) => isInside(path, folder)) ? folder : null;
  const info = {
    description: name,
    version: productVersion,
    date_created: new Date(nowMs).toISOString(),
    folder: root === null ? null : showPath(root),
    categories_are: classes.by,
  };
  yield `{"info":${JSON.stringify(info)},"licenses":[],"images":[`;
  yield* listed(images, ({ id, path, width, height, metadata }) => ({
    id,
    file_name: root === null ? showPath(path) : showPath(path.subarray(root.length + (root.at(-1) === 0x2f ? 0 : 1))),
    width,
    height,
    ...(metadata.capturedAt !== undefined && { date_captured: new Date(metadata.capturedAt).toISOString() }),
  }));
  yield `\n],"categories":[`;
  // Ids from 1: to many readers 0 is the background.
  yield* listed(classes.names, (each, index) => ({ id: index + 1, name: each, supercategory: classes.by }));
  yield `\n],"annotations":[`;
  const labelled = images.map(({ id }, index) => ({ id, label: classes.of[index] as number })).filter(({ label }) => label >= 0);
  yield* listed(labelled, ({ id, label }, index) => ({ id: index + 1, image_id: id, category_id: label + 1 }));
  yield "\n]}\n";
}

function* listed<T>(items: readonly T[], document: (item: T, index: number) => object): Generator<string> {
  let text = "";
  for (const [index, item] of items.entries()) {
    text += `${index === 0 ? "" : ","}\n${JSON.stringify(document(item, index))}`;
    if (text.length < 65_536) continue;
    yield text;
    text = "";
  }
  yield text;
}
