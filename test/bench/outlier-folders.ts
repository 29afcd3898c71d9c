/**
 * @file Real folders for the outlier benchmark: two coherent ones (clothes, handwritten digits), three diverse ones (clip art), and foreign
 * pictures for each, brought to the folder's own size and colour mode before they are embedded with the bundled encoder. Embeddings are
 * kept in the system's temporary folder, so that a second run takes seconds.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, shuffle } from "#engine/base/random.ts";

import { fixturesFolder, listClipArt, listPhotos, loadDigits, loadFashion, type PictureTable } from "../fixtures/packages.ts";

/** Where a picture comes from; equal origins look alike. */
type Origin = "clothes" | "digits" | "clip art" | "photos" | "deep sky";

export interface BenchFolder {
  readonly name: string;
  readonly coherent: boolean;
  /** The folder's own kind; draws are taken from it. */
  readonly normal: VectorTable;
  /** Foreign pictures by origin. */
  readonly foreign: readonly VectorTable[];
  /** Foreign pictures that are all of one class. */
  readonly clump: VectorTable;
}

type Load = () => Promise<Buffer>;
interface Shape {
  readonly side: number;
  readonly grey: boolean;
}

const encoderSide = 160;
const batch = 16;
const poolSize = 2400;
const foreignPerOrigin = 48;
const seed = 11;

/** The folders, or null where the packages cannot be had. */
export async function loadBenchFolders(): Promise<BenchFolder[] | null> {
  const [clothes, digits, clipArt, photos] = [await loadFashion("train"), await loadDigits(), await listClipArt(), await listPhotos()];
  if (!clothes || !digits || !clipArt || !photos) return null;
  const pools: Record<Origin, Load[]> = {
    clothes: loads(clothes),
    digits: loads(digits),
    "clip art": clipArt.map(fromFile),
    photos: photos.filter((path) => !path.includes("stellarium")).map(fromFile),
    "deep sky": photos.filter((path) => path.includes("stellarium")).map(fromFile),
  };
  const inFolder = (...names: string[]): Load[] =>
    clipArt.filter((path) => names.some((name) => path.includes(`/png/${name}/`))).map(fromFile);
  const encode = await createEncoder();
  const make = async (name: string, own: Origin, coherent: boolean, normal: Load[], shape: Shape, clump: Load[]): Promise<BenchFolder> => {
    const foreign: VectorTable[] = [];
    for (const origin of Object.keys(pools) as Origin[]) {
      if (origin !== own) foreign.push(await encode(`${name}-foreign-${origin}`, sample(pools[origin], foreignPerOrigin), shape));
    }
    return {
      name,
      coherent,
      normal: await encode(`${name}-normal`, sample(normal, poolSize), shape),
      foreign,
      clump: await encode(`${name}-clump`, sample(clump, foreignPerOrigin), shape),
    };
  };
  const trousers = ofClass(clothes, 1);
  const threes = ofClass(digits, 3);
  return [
    await make("clothes", "clothes", true, pools.clothes, { side: clothes.width, grey: true }, threes),
    await make("digits", "digits", true, pools.digits, { side: digits.width, grey: true }, trousers),
    await make("clip art", "clip art", false, pools["clip art"], { side: 128, grey: false }, trousers),
    await make("signs", "clip art", false, inFolder("signs_and_symbols"), { side: 128, grey: false }, trousers),
    await make("living things", "clip art", false, inFolder("animals", "people", "plants", "food"), { side: 128, grey: false }, trousers),
  ];
}

function sample(pool: readonly Load[], count: number): Load[] {
  return shuffle([...pool], createRandom(seed)).slice(0, count);
}

function loads(table: PictureTable): Load[] {
  return Array.from({ length: table.count }, (_, index) => fromTable(table, index));
}

function ofClass(table: PictureTable, label: number): Load[] {
  return loads(table).filter((_, index) => table.labels[index] === label);
}

function fromTable(table: PictureTable, index: number): Load {
  const { width, height } = table;
  return () =>
    sharp(table.values.subarray(index * width * height, (index + 1) * width * height), { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
}

function fromFile(path: string): Load {
  return () => readFile(path);
}

/** The folder's size and colour mode first, as a foreign picture in a folder would have them; then what the encoder wants. */
async function toEncoderPixels(bytes: Buffer, { side, grey }: Shape): Promise<Buffer> {
  const own = sharp(bytes, { limitInputPixels: 1e8 }).flatten({ background: "#fff" }).resize(side, side, { fit: "fill" });
  const written = await (grey ? own.toColourspace("b-w") : own.toColourspace("srgb")).png().toBuffer();
  return sharp(written)
    .toColourspace("srgb")
    .removeAlpha()
    .resize(encoderSide, encoderSide, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
}

async function createEncoder(): Promise<(key: string, pictures: readonly Load[], shape: Shape) => Promise<VectorTable>> {
  const model = join(import.meta.dirname, "../../electron/engine/encoders/bundled/efficientnet-lite0/model.onnx");
  const cache = join(fixturesFolder(), "outlier-embeddings");
  await mkdir(cache, { recursive: true });
  let session: InferenceSession | null = null;
  return async (key, pictures, shape) => {
    const file = join(cache, `${key.replaceAll(" ", "-")}-${pictures.length}-${seed}.f32`);
    const kept = await readFile(file).catch(() => null);
    if (kept) return tableOf(new Float32Array(new Uint8Array(kept).buffer));
    session ??= await InferenceSession.create(model);
    const rows: Float32Array[] = [];
    for (let start = 0; start < pictures.length; start += batch) {
      const pixels = (
        await Promise.all(
          pictures.slice(start, start + batch).map((load) =>
            load()
              .then((bytes) => toEncoderPixels(bytes, shape))
              .catch(() => null),
          ),
        )
      ).filter((data) => data !== null);
      if (pixels.length === 0) continue;
      const output = (await session.run({ image: tensorOf(pixels) }))["embedding"];
      if (!output) throw new Error("the encoder has no output called embedding");
      rows.push(Float32Array.from(output.data as Float32Array));
    }
    const dimensions = 384;
    const values = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
    let at = 0;
    for (const row of rows) {
      values.set(row, at);
      at += row.length;
    }
    for (let start = 0; start < values.length; start += dimensions) {
      const row = values.subarray(start, start + dimensions);
      const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      for (let index = 0; index < dimensions; index++) row[index] /= length;
    }
    await writeFile(file, new Uint8Array(values.buffer));
    process.stderr.write(`embedded ${key}: ${values.length / dimensions}\n`);
    return tableOf(values);
  };
}

function tableOf(values: Float32Array): VectorTable {
  return { count: values.length / 384, dimensions: 384, values };
}

function tensorOf(pixels: readonly Buffer[]): Tensor {
  const plane = encoderSide * encoderSide;
  const data = new Float32Array(pixels.length * 3 * plane);
  pixels.forEach((picture, item) => {
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let channel = 0; channel < 3; channel++)
        data[(item * 3 + channel) * plane + pixel] = ((picture[pixel * 3 + channel] as number) - 127) / 128;
    }
  });
  return new Tensor("float32", data, [pixels.length, 3, encoderSide, encoderSide]);
}
