/**
 * @file Fills a workspace with rows as a finished index job leaves them, without a picture being read: for measuring what stands on the
 * rows (catalogue, groups, views, the app) at sizes that would take long to index. Seeded; the neighbour graph is made up.
 *
 *     node test/bench/make-collection.ts WORKSPACE COUNT [--thumbnails]
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import sharp from "sharp";

import { createRandom, type Random } from "#engine/base/random.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { toHalf } from "#engine/search/half-float.ts";
import { decodeVersion } from "#engine/ingest/decode/version.ts";
import { verifierVersion } from "#engine/duplicates/version.ts";
import { describeEncoderRow } from "#engine/stages/encoder-use.ts";
import { fingerprint } from "#engine/stages/fingerprint.ts";
import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { listPresentContents, saveContent } from "#engine/store/queries/contents.ts";
import { saveEmbedding, saveEncoder } from "#engine/store/queries/embeddings.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { replaceIssues, replaceOutliers, saveMark, savePair } from "#engine/store/queries/findings.ts";
import { addFolder } from "#engine/store/queries/folders.ts";
import { saveGraph, saveMap } from "#engine/store/queries/graphs.ts";
import { writeProperty } from "#engine/store/queries/properties.ts";
import { inTransaction } from "#engine/store/statements.ts";

export interface MadeCollection {
  readonly workspace: string;
  readonly folder: string;
  readonly images: number;
}

const clusterCount = 24;
const neighbourCount = 32;
const dayMs = 86_400_000;

/** About 2 % identical files, 3 % other copies, 3 % with an issue. */
export async function makeCollection(
  workspace: string,
  images: number,
  { seed = 1, thumbnails = false, folder = "/pictures" } = {},
): Promise<MadeCollection> {
  const random = createRandom(seed);
  const { store, close } = openForWriting(workspace);
  try {
    const encoderRow = inTransaction(store, () => {
      writeProperty(store, "encoder", defaultEncoderId);
      writeProperty(store, "name", "Made up");
      addFolder(store, Buffer.from(folder), 0);
      return saveEncoder(store, describeEncoderRow(findEncoder(defaultEncoderId)));
    });
    inTransaction(store, () =>
      writeFiles(store, { images, folder, random, encoderKey: encoderRow.key, dimensions: encoderRow.dimensions }),
    );
    inTransaction(store, () => writeFindings(store, encoderRow.key, random));
    if (thumbnails) await writeThumbnails(store, join(workspace, "thumbnails"), random);
  } finally {
    close();
  }
  return { workspace, folder, images };
}

function writeFiles(
  store: WriteStore,
  {
    images,
    folder,
    random,
    encoderKey,
    dimensions,
  }: { images: number; folder: string; random: Random; encoderKey: number; dimensions: number },
): void {
  const centres = Array.from({ length: clusterCount }, () => Float32Array.from({ length: dimensions }, () => random.normal()));
  // A stock of noise, shifted from image to image: a normal number for each would take minutes.
  const noise = Float32Array.from({ length: 65_536 }, () => random.normal());
  let contentId = 0;
  for (let index = 0; index < images; index++) {
    const [width, height] = random.below(3) === 0 ? [3000, 4000] : [4000, 3000];
    const sizeBytes = 200_000 + random.below(4_000_000);
    if (contentId === 0 || random.below(50) !== 0) {
      contentId = saveContent(store, {
        hash: createHash("sha256").update(`${index}`).digest("hex").slice(0, 32),
        sizeBytes,
        decodeVersion,
        error: null,
        decoded: {
          format: random.below(10) === 0 ? "png" : "jpeg",
          width,
          height,
          orientation: 1,
          channels: 3,
          bit_depth: 8,
          has_alpha: 0,
          frame_count: 1,
          average_colour: random.below(0x1000000),
          perceptual: Buffer.from(Uint8Array.from({ length: 64 }, () => random.below(256))),
          colour: Buffer.from(Uint8Array.from({ length: 48 }, () => random.below(256))),
          quality: JSON.stringify({
            sharpness: 200,
            blurEffect: 0.3,
            brightness: [5, 20, 120, 220, 250],
            meanBrightness: 120,
            contrast: 60,
            entropy: 7,
            saturation: 0.3,
            peakSaturation: 0.8,
          }),
          sharpness: 200,
          captured_at: 1_500_000_000_000 + random.below(3000) * dayMs,
          metadata: JSON.stringify({ cameraMake: "Make", cameraModel: `Model ${random.below(9)}`, iso: 100 }),
          jpeg_quality: null,
        },
      });
      const centre = centres[index % clusterCount] as Float32Array;
      const shift = random.below(noise.length);
      const vector = centre.map((value, at) => value + 0.8 * (noise[(shift + at) % noise.length] as number));
      const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      const half = toHalf(vector.map((value) => value / length));
      saveEmbedding(store, encoderKey, contentId, Buffer.from(half.buffer, half.byteOffset, half.byteLength));
    }
    const name = `${folder}/${2000 + (index % 20)}/day ${index % 331}/IMG_${String(index).padStart(6, "0")}.jpg`;
    saveFile(store, {
      path: Buffer.from(name),
      sizeBytes,
      modifiedUs: 1.6e15 + index * 1e6,
      isLink: false,
      state: "image",
      contentId,
      error: null,
      scanId: 1,
      outcome: "added",
    });
  }
}

function writeFindings(store: WriteStore, encoderKey: number, random: Random): void {
  const ids = Int32Array.from(listPresentContents(store), (row) => row.id);
  const count = ids.length;
  const k = Math.min(neighbourCount, count - 1);
  const indices = new Int32Array(count * k);
  for (let row = 0; row < count; row++)
    for (let rank = 0; rank < k; rank++) indices[row * k + rank] = (row + (rank + 1) * clusterCount) % count;
  const similarities = Float32Array.from({ length: count * k }, (_, at) => 0.9 - 0.01 * (at % k));
  saveGraph(store, encoderKey, {
    fingerprint: fingerprint("graph", 1, encoderKey, ids),
    k,
    contentIds: ids,
    indices,
    similarities,
    recall: 1,
  });
  const clusters = Int32Array.from(ids, (id) => (random.below(10) === 0 ? -1 : id % clusterCount));
  const coordinates = new Float32Array(2 * count);
  ids.forEach((id, row) => {
    const turn = (2 * Math.PI * (id % clusterCount)) / clusterCount;
    coordinates[2 * row] = 12 * Math.cos(turn) + random.normal();
    coordinates[2 * row + 1] = 12 * Math.sin(turn) + random.normal();
  });
  const representatives = Int32Array.from({ length: clusterCount }, (_, label) => ids[clusters.indexOf(label)] ?? (ids[0] as number));
  saveMap(store, encoderKey, {
    fingerprint: fingerprint("map", 1, encoderKey, ids),
    contentIds: ids,
    coordinates,
    clusters,
    representatives,
    trustworthiness: 0.95,
    recall: 0.4,
    placed: new Int32Array(0),
  });
  replaceOutliers(
    store,
    encoderKey,
    Array.from(ids, (contentId, row) => ({
      contentId,
      score: random.unit(),
      percentile: 100 * random.unit(),
      nearest: Int32Array.from([1, 2, 3], (step) => ids[(row + step) % count] as number),
    })),
  );
  replaceIssues(
    store,
    [...ids]
      .filter(() => random.below(33) === 0)
      .map((content_id) => ({ content_id, kind: random.below(2) ? "blur" : "dark", value: 1, threshold: 2 })),
  );
  for (let row = 0; row + 1 < count; row += 33) {
    const [a, b] = [ids[row] as number, ids[row + 1] as number];
    savePair(
      store,
      { a: Math.min(a, b), b: Math.max(a, b), relation: random.below(4) ? "same-picture" : "same-scene", score: 0.9 },
      verifierVersion,
    );
  }
  saveMark(store, "duplicates", encoderKey, "made up");
  saveMark(store, "outliers", encoderKey, "made up");
}

async function writeThumbnails(store: WriteStore, folder: string, random: Random): Promise<void> {
  const drawn: Buffer[] = [];
  for (let index = 0; index < 48; index++) {
    const shapes = Array.from(
      { length: 12 },
      () =>
        `<circle cx="${random.below(256)}" cy="${random.below(192)}" r="${5 + random.below(60)}" fill="hsl(${random.below(360)} 60% ${20 + random.below(60)}%)"/>`,
    );
    drawn.push(
      await sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="192"><rect width="100%" height="100%" fill="hsl(${random.below(360)} 40% 70%)"/>${shapes.join("")}</svg>`,
        ),
      )
        .jpeg()
        .toBuffer(),
    );
  }
  listPresentContents(store).forEach(({ hash }, index) => {
    const name = hash.toString("hex");
    mkdirSync(join(folder, name.slice(0, 2)), { recursive: true });
    writeFileSync(join(folder, name.slice(0, 2), `${name}.jpg`), drawn[index % drawn.length] as Buffer);
  });
}

if (process.argv[1] === import.meta.filename) {
  const [, , workspace, count] = process.argv;
  if (!workspace || !Number.isInteger(Number(count))) throw new Error("node test/bench/make-collection.ts WORKSPACE COUNT [--thumbnails]");
  const made = await makeCollection(resolve(workspace), Number(count), { thumbnails: process.argv.includes("--thumbnails") });
  console.log(`${made.images} images in ${made.workspace}`);
}
