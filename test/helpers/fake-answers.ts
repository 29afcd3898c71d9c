/** @file What the fake engine says of its images: columns, details, neighbours, groups, oddness, issues and a map, all from their numbers. */
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import {
  imageFlags,
  type EncoderId,
  type EncoderSummary,
  type GroupId,
  type ImageColumns,
  type ImageDetails,
  type ImageId,
  type Neighbour,
  type Relation,
} from "#protocol/model.ts";
import type { MapColumns } from "#protocol/map-model.ts";
import type { IssueEntry, OutlierEntry } from "#protocol/outlier-model.ts";

import { fakeFolders, groupStart, type FakeImage } from "./fake-images.ts";

export const fakeEncoder: EncoderSummary = {
  id: "efficientnet-lite0" as EncoderId,
  name: "EfficientNet-Lite0",
  dimensions: 384,
  source: "bundled",
};

/** The odd ones are those whose seed is high; exact percentiles by rank are not needed here. */
function percentileOf(image: FakeImage): number {
  return image.paint === "scene" ? (image.seed / 2 ** 32) * 99.9 : 99.95;
}

export function columnsOf(images: readonly FakeImage[], version: number): ImageColumns {
  return {
    version,
    count: images.length,
    ids: Int32Array.from(images, (one) => one.id),
    widths: Int32Array.from(images, (one) => one.width),
    heights: Int32Array.from(images, (one) => one.height),
    colours: Uint32Array.from(images, (one) => one.colour),
    sizesBytes: Float64Array.from(images, (one) => one.sizeBytes),
    times: Float64Array.from(images, (one) => one.time),
    folderIndexes: Int32Array.from(images, (one) => one.folder),
    series: Int32Array.from(images, (one) => one.series ?? -1),
    slices: Int32Array.from(images, (one) => one.slice ?? 0),
    frames: Int32Array.from(images, (one) => one.frames ?? 1),
    standing: Int32Array.from(images, (one) => (one.frames ?? 1) >> 1),
    clusters: Int32Array.from(images, (one) => one.cluster),
    percentiles: Float32Array.from(images, percentileOf),
    flags: Uint8Array.from(images, (one) => flagsOf(images, one)),
    names: images.map((one) => one.name).join("\n"),
    folders: images.length === 0 ? [] : [...fakeFolders],
  };
}

const relationCycle: readonly Relation[] = ["identical-file", "same-picture", "identical-pixels", "same-scene"];

function relationAt(start: number): Relation {
  return relationCycle[Math.floor(start / 24) % relationCycle.length];
}

function flagsOf(images: readonly FakeImage[], image: FakeImage): number {
  const start = groupStart(image.id);
  let flags: number = imageFlags.hasEmbedding;
  if (image.issue !== null) flags |= imageFlags.issue;
  if (start < 0 || start >= images.length) return flags;
  const relation = relationAt(start);
  if (relation === "same-scene") return flags | imageFlags.sameScene;
  return flags | imageFlags.duplicate | (relation === "identical-file" ? imageFlags.identicalFile : 0);
}

export function groupsOf(images: readonly FakeImage[]): DuplicateGroup[] {
  const groups: DuplicateGroup[] = [];
  for (let start = 8; start + 1 <= images.length && groups.length < 2000; start += 24) {
    const members = [images[start - 1], images[start]];
    const relation = relationAt(start);
    const gain = relation === "same-scene" ? 0 : members[1].sizeBytes;
    groups.push({
      id: `group-${start}` as GroupId,
      relation,
      members: members.map((one, index) => ({
        id: one.id as ImageId,
        path: `${fakeFolders[one.folder]}/${one.name}`,
        width: one.width,
        height: one.height,
        sizeBytes: one.sizeBytes,
        format: "jpeg",
        keep: index === 0 || relation === "same-scene",
        reason: index === 0 ? "Most pixels" : relation === "same-scene" ? "Not the same picture" : "Smaller copy of the kept one",
      })),
      pairs: [{ a: members[0].id as ImageId, b: members[1].id as ImageId, relation, score: 0.998 }],
      gainBytes: gain,
    });
  }
  return groups.sort((a, b) => b.gainBytes - a.gainBytes);
}

export function issuesOf(image: FakeImage): IssueEntry[] {
  if (image.issue === null) return [];
  const text = {
    blur: "No sharp edge was found in the centre.",
    dark: "98 % of the picture is close to black.",
    bright: "All of the picture is close to white.",
  } as const;
  return [
    { id: image.id as ImageId, kind: image.issue, value: 0.02, threshold: 0.1, text: text[image.issue as keyof typeof text] ?? "Unusual." },
  ];
}

export function neighboursOf(images: readonly FakeImage[], image: FakeImage, count: number): Neighbour[] {
  const same = images.filter((one) => one.cluster === image.cluster && one.id !== image.id);
  return same
    .slice(0, count)
    .map((one, rank) => ({ id: one.id as ImageId, similarity: 0.97 - (rank * 0.6) / Math.max(count, same.length) }));
}

export function outlierOf(images: readonly FakeImage[], image: FakeImage): OutlierEntry {
  const percentile = percentileOf(image);
  return { id: image.id as ImageId, score: percentile / 100, percentile, nearest: neighboursOf(images, image, 5).map((one) => one.id) };
}

export function detailsOf(images: readonly FakeImage[], image: FakeImage): ImageDetails {
  const { score, percentile, nearest } = outlierOf(images, image);
  const start = groupStart(image.id);
  return {
    id: image.id as ImageId,
    path: `${fakeFolders[image.folder]}/${image.name}`,
    name: image.name,
    folder: fakeFolders[image.folder],
    sizeBytes: image.sizeBytes,
    modifiedAt: image.time,
    format: image.series !== undefined || image.frames !== undefined ? "dicom" : image.name.endsWith("png") ? "png" : "jpeg",
    width: image.width,
    height: image.height,
    bitDepth: 8,
    channels: image.grey ? 1 : 3,
    facts: [
      { label: "Camera", text: "Example X100" },
      { label: "Exposure", text: "1/250 s, f/4, ISO 200" },
    ],
    windows: image.frames === undefined ? [] : [{ centre: 40, width: 400, name: null }, { centre: -600, width: 1500, name: "LUNG" }], // prettier-ignore
    outlier: { score, percentile, nearest },
    issues: issuesOf(image),
    groups: start < 0 || start >= images.length ? [] : [{ id: `group-${start}` as GroupId, relation: relationAt(start), count: 2 }],
    cluster: image.cluster,
  };
}

export function mapOf(images: readonly FakeImage[], version: number): MapColumns {
  const coordinates = new Float32Array(images.length * 2);
  const counts = new Map<number, number>();
  images.forEach((image, index) => {
    const spread = (bits: number): number => ((image.seed >>> bits) % 1000) / 1000 + ((image.seed >>> (bits + 7)) % 1000) / 1000 - 1;
    coordinates[index * 2] = Math.cos(image.cluster * 2.4) * (3 + image.cluster * 0.5) + spread(3);
    coordinates[index * 2 + 1] = Math.sin(image.cluster * 2.4) * (3 + image.cluster * 0.5) + spread(11);
    counts.set(image.cluster, (counts.get(image.cluster) ?? 0) + 1);
  });
  const clusters = [...counts].map(([label, count]) => ({
    label,
    count,
    representative: (images.find((one) => one.cluster === label)?.id ?? 1) as ImageId,
  }));
  return {
    version,
    encoder: fakeEncoder.id,
    count: images.length,
    coordinates,
    clusters: clusters.sort((a, b) => b.count - a.count),
    placed: 0,
    quality: { trustworthiness: 0.968, recall: 0.61, graphRecall: 1 },
  };
}
