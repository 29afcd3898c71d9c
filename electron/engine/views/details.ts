/**
 * @file Everything the details panel says of one image.
 */
import type { ImageDetails, ImageId } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import { showPath, splitPath } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import type { PictureMetadata } from "../ingest/decode/types.ts";
import { contentById, type ContentRow } from "../store/queries/contents.ts";
import { fileById } from "../store/queries/files.ts";
import { issuesOfContent, outlierOfContent } from "../store/queries/findings.ts";
import { firstImageOf } from "./catalogue.ts";
import { describeFacts } from "./facts.ts";
import { groupsOfImage } from "./groups.ts";
import { tellIssue } from "./issue-text.ts";

export function describeImage(collection: Collection, id: ImageId): ImageDetails {
  const { store } = collection;
  const catalogue = collection.catalogue();
  const position = catalogue.positions.get(id);
  const file = fileById(store, id);
  if (position === undefined || !file) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
  const content = contentById(store, catalogue.contentIds[position] as number) as ContentRow;
  const metadata = JSON.parse(content.metadata) as PictureMetadata;
  const { folder, name } = splitPath(file.path);
  const row = collection.encoderRow();
  const outlier = row ? outlierOfContent(store, row.key, content.id) : null;
  return {
    id,
    path: showPath(file.path),
    name: showPath(name),
    folder: showPath(folder),
    sizeBytes: file.size_bytes,
    modifiedAt: file.modified_us / 1000,
    format: content.format,
    width: content.width,
    height: content.height,
    bitDepth: content.bit_depth,
    channels: content.channels,
    facts: describeFacts(content, metadata),
    windows: metadata.dicom?.windows ?? [],
    outlier: outlier && {
      score: outlier.score,
      percentile: outlier.percentile,
      nearest: [...outlier.nearest].map((contentId) => firstImageOf(catalogue, contentId)).filter((each) => each !== null),
    },
    issues: issuesOfContent(store, content.id).flatMap((issue) => tellIssue(issue, name, () => content) ?? []),
    groups: groupsOfImage(collection, id).map((group) => ({ id: group.id, relation: group.relation, count: group.members.length })),
    cluster: catalogue.columns.clusters[position] as number,
  };
}
