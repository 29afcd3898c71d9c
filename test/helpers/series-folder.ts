/** @file A folder of medical files: a stack of slices that are hard to tell apart, named against their order; a localizer of the same series; X-rays of one series. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { createRandom } from "#engine/base/random.ts";
import { dicomFile, greyHeader, withElements, words, type DicomElements } from "../fixtures/dicom.ts";

export const seriesUid = "1.2.826.0.1.3680043.8.498.1";
export const sliceCount = 9;
const side = 160;

/** `slice-1.dcm` is the topmost slice; slices 4 and 5 of the stack hold the same pixels. The last X-ray is the first one mirrored. */
export function makeSeriesFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let place = 0; place < sliceCount; place++) {
    const shown = place === 5 ? 4 : place;
    save(join(folder, `slice-${sliceCount - place}.dcm`), body(30 + shown / 2), {
      modality: "CT",
      bodyPart: "CHEST",
      series: seriesUid,
      instance: 100 - place,
      position: `0\\0\\${(place * 2.5).toFixed(1)}`,
      orientation: "1\\0\\0\\0\\1\\0",
    });
  }
  save(join(folder, "localizer.dcm"), body(60), {
    modality: "CT",
    bodyPart: "CHEST",
    series: seriesUid,
    instance: 1,
    position: "0\\0\\0",
    orientation: "1\\0\\0\\0\\0\\-1",
  });
  const hand = bones();
  save(join(folder, "xray-1.dcm"), hand, { modality: "DX", bodyPart: "HAND", series: "1.2.3.9", instance: 1 });
  save(join(folder, "xray-2.dcm"), mirrored(hand), { modality: "DX", bodyPart: "HAND", series: "1.2.3.8", instance: 2 });
}

interface Said {
  readonly modality: string;
  readonly bodyPart: string;
  readonly series: string;
  readonly instance: number;
  readonly position?: string;
  readonly orientation?: string;
}

function save(file: string, pixels: readonly number[], said: Said): void {
  const place: DicomElements =
    said.position === undefined || said.orientation === undefined
      ? []
      : [
          [0x00200032, "DS", said.position],
          [0x00200037, "DS", said.orientation],
        ];
  const elements = withElements(
    greyHeader(side, side),
    [0x00080020, "DA", "20190412"],
    [0x00080060, "CS", said.modality],
    [0x0008103e, "LO", "Thin slices"],
    [0x00100010, "PN", "Doe^Jane"],
    [0x00100020, "LO", "PAT-0815"],
    [0x00100030, "DA", "19570302"],
    [0x00180015, "CS", said.bodyPart],
    [0x0020000e, "UI", said.series],
    [0x00200013, "IS", String(said.instance)],
    ...place,
    [0x7fe00010, "OW", words(pixels)],
  );
  writeFileSync(file, dicomFile(elements));
}

/** A round body with spots and a fine texture. */
function body(radius: number): number[] {
  return Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) - side / 2, Math.floor(at / side) - side / 2];
    const isInside = Math.hypot(x, y * 1.2) < radius + 25;
    const organ = Math.hypot(x - 14, y + 6) < radius / 3 ? 420 : 0;
    const bone = Math.hypot(x, y - 26) < 7 ? 900 : 0;
    return isInside ? 700 + organ + bone + 60 * Math.sin(x / 3) * Math.cos(y / 4) + 40 * Math.sin((x * y) / 150) : 20;
  }).map(Math.round);
}

/** Blobs of many sizes, left and right unlike each other. */
function bones(): number[] {
  const random = createRandom(5);
  const blobs = Array.from({ length: 300 }, () => ({
    x: random.below(side),
    y: random.below(side),
    radius: 2 + (random.below(50) === 0 ? 18 : random.below(5)),
    light: random.below(1500),
  }));
  return Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    return blobs.reduce((sum, blob) => sum + blob.light * Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / (2 * blob.radius ** 2)), 100);
  }).map(Math.round);
}

function mirrored(pixels: readonly number[]): number[] {
  return pixels.map((_, at) => pixels[at - (at % side) + (side - 1 - (at % side))] as number);
}
