/** @file The synthetic collection of the fake engine: every fact follows from an image's number, so tests know what to expect. */
import type { IssueKind } from "#protocol/model.ts";

export interface FakeImage {
  readonly id: number;
  readonly name: string;
  readonly folder: number;
  readonly width: number;
  readonly height: number;
  readonly cluster: number;
  readonly seed: number;
  readonly paint: "scene" | "white" | "black";
  readonly grey: boolean;
  readonly colour: number;
  readonly sizeBytes: number;
  readonly time: number;
  readonly issue: IssueKind | null;
  /** Slices of one series, or one file of several frames. */
  readonly series?: number;
  readonly slice?: number;
  readonly frames?: number;
}

export const slicesPerSeries = 20;
/** Of the last picture outside of the last folder. */
export const fakeFrames = 12;

export const longName = `${"a-very-long-name-that-somebody-gave-to-a-scan-of-a-letter-".repeat(3).slice(0, 171)}0001.jpeg`;
export const fakeFolders = [
  "/pictures/Holiday 2024/Coast",
  "/pictures/Holiday 2024/Old town",
  "/pictures/Holiday 2024/Old town/Market",
  "/pictures/Scans",
  "/pictures/Scans/Letters",
] as const;
const shapes = [
  [4032, 3024],
  [3024, 4032],
  [1920, 1080],
  [1500, 1500],
  [6000, 4000],
] as const;

/** `count` images, ids from 1; the first ones are the hard cases (long name, panoramas, icon, white, black). */
export function fakeImages(count: number): FakeImage[] {
  const images: FakeImage[] = [];
  for (let index = 0; index < count; index++)
    images.push(fakeImage(index, Math.min(fakeFolders.length - 1, Math.floor((index * fakeFolders.length) / count))));
  return images;
}

/** The last folder holds series, whose slices lie the other way round than their names; the picture before it has frames. */
export function withSeries(images: readonly FakeImage[]): FakeImage[] {
  const last = fakeFolders.length - 1;
  const first = images.findIndex(({ folder }) => folder === last);
  return images.map((image, index) => {
    if (image.folder !== last) return index === first - 1 ? { ...image, frames: fakeFrames } : image;
    const place = index - first;
    const series = Math.floor(place / slicesPerSeries);
    const size = Math.min(slicesPerSeries, images.length - first - series * slicesPerSeries);
    return { ...image, series, slice: size - 1 - (place % slicesPerSeries) };
  });
}

/** Images 8 and 9, 32 and 33, 56 and 57... are the same picture, the second at half the size. */
export function groupStart(id: number): number {
  const place = (id - 8) % 24;
  return id >= 8 && (place === 0 || place === 1) ? id - place : -1;
}

function fakeImage(index: number, folder: number): FakeImage {
  const start = groupStart(index + 1);
  const copy = start === index;
  const seed = Math.imul(copy ? start : index + 1, 0x9e3779b1) >>> 0;
  const cluster = (seed >>> 5) % 12;
  const shape = shapes[seed % shapes.length];
  const special = specials[index];
  const hue = (cluster * 47 + (seed % 24)) % 360;
  const issue: IssueKind | null = index % 41 === 17 ? "blur" : index % 97 === 30 ? "dark" : null;
  return {
    id: index + 1,
    name: `IMG_${String(index + 1).padStart(5, "0")}.jpg`,
    folder,
    width: copy ? shape[0] / 2 : shape[0],
    height: copy ? shape[1] / 2 : shape[1],
    cluster,
    seed,
    paint: "scene",
    grey: index % 53 === 9,
    colour: colourOf(hue, index % 53 === 9 ? 0 : 0.3, 0.5),
    sizeBytes: (400_000 + (seed % 6_000_000)) / (copy ? 4 : 1),
    time: Date.UTC(2024, 4, 3) + (seed % (400 * 86_400)) * 1000,
    issue,
    ...special,
  };
}

const specials: readonly Partial<FakeImage>[] = [
  {},
  { name: longName },
  { name: "panorama.jpg", width: 8000, height: 400 },
  { name: "scroll.png", width: 300, height: 6000 },
  { name: "icon.png", width: 16, height: 16, sizeBytes: 612 },
  { name: "white.png", paint: "white", colour: 0xffffff, issue: "bright" },
  { name: "black.png", paint: "black", colour: 0x000000, issue: "dark" },
];

function colourOf(hue: number, saturation: number, light: number): number {
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (light - saturation * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return (channel(0) << 16) | (channel(8) << 8) | channel(4);
}
