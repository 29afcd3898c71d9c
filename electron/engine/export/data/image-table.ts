/**
 * @file What is known of each image as a table, one row an image: the columns that CSV and Parquet have.
 */
import { relations } from "#protocol/model.ts";

import { showPath, splitPath } from "../../base/path-bytes.ts";
import type { Collection } from "../../collection.ts";
import { readRows, type ImageFacts } from "./image-facts.ts";
import type { LabelOf } from "../../views/select/select-keys.ts";

export type Cell = string | number | boolean | null;

export interface TableColumn {
  readonly name: string;
  readonly kind: "text" | "whole" | "number" | "flag" | "time";
  readonly values: readonly Cell[];
}

type Definition = readonly [name: string, kind: TableColumn["kind"], value: (image: ImageFacts) => Cell];

/** Column -> kind and value; README lists the same. */
const definitions: readonly Definition[] = [
  ["path", "text", ({ path }) => showPath(path)],
  ["folder", "text", ({ path }) => showPath(splitPath(path).folder)],
  ["name", "text", ({ path }) => showPath(splitPath(path).name)],
  ["width", "whole", ({ width }) => width],
  ["height", "whole", ({ height }) => height],
  ["bytes", "whole", ({ sizeBytes }) => sizeBytes],
  ["format", "text", ({ content }) => content.format],
  ["channels", "whole", ({ content }) => content.channels],
  ["bit_depth", "whole", ({ content }) => content.bit_depth],
  ["frames", "whole", ({ content }) => content.frame_count],
  ["modified_at", "time", ({ modifiedAt }) => modifiedAt],
  ["taken_at", "time", ({ metadata }) => metadata.capturedAt ?? null],
  ["camera", "text", ({ metadata }) => [metadata.cameraMake, metadata.cameraModel].filter(Boolean).join(" ") || null],
  ["lens", "text", ({ metadata }) => metadata.lens ?? null],
  ["iso", "number", ({ metadata }) => metadata.iso ?? null],
  ["exposure_seconds", "number", ({ metadata }) => metadata.exposure ?? null],
  ["f_number", "number", ({ metadata }) => metadata.fNumber ?? null],
  ["focal_length_mm", "number", ({ metadata }) => metadata.focalLength ?? null],
  ["modality", "text", ({ metadata }) => metadata.dicom?.modality ?? null],
  ["body_part", "text", ({ metadata }) => metadata.dicom?.bodyPart ?? null],
  ["hash", "text", ({ content }) => content.hash.toString("hex")],
  ["average_colour", "text", ({ content }) => `#${content.average_colour.toString(16).padStart(6, "0")}`],
  ["sharpness", "number", ({ content }) => content.sharpness],
  ["cluster", "whole", ({ cluster }) => cluster],
  ["map_x", "number", ({ place }) => place?.[0] ?? null],
  ["map_y", "number", ({ place }) => place?.[1] ?? null],
  ["outlier_rank", "whole", ({ outlier }) => outlier?.rank ?? null],
  ["outlier_score", "number", ({ outlier }) => outlier?.score ?? null],
  ["outlier_percentile", "number", ({ outlier }) => outlier?.percentile ?? null],
  ["issues", "text", ({ issues }) => issues.join(" ") || null],
  ["duplicate_group", "text", (image) => closestGroup(image)?.id ?? null],
  ["duplicate_relation", "text", (image) => closestGroup(image)?.relation ?? null],
  ["duplicate_keep", "flag", (image) => closestGroup(image)?.members.find(({ id }) => id === image.id)?.keep ?? null],
  ["label", "text", ({ label }) => label],
];

export const columnNames: readonly string[] = definitions.map(([name]) => name);

/** @param positions of the images in the catalogue, in the order of the rows */
export function imageTable(collection: Collection, positions: Int32Array, labelOf: LabelOf | null): TableColumn[] {
  const images = readRows(collection, positions, labelOf);
  return definitions.map(([name, kind, value]) => ({ name, kind, values: images.map(value) }));
}

/** An image may be in several groups: the one whose relation says most. */
function closestGroup({ groups }: ImageFacts): ImageFacts["groups"][number] | null {
  return [...groups].sort((one, other) => relations.indexOf(one.relation) - relations.indexOf(other.relation))[0] ?? null;
}
