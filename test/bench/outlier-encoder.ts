/**
 * @file Embeddings and light for the outlier benchmark: pictures as the collection would have them on disk, measured as indexing does, then the bundled encoder. Equal pictures count as one, as duplicates do in the product. Kept in the
 * folder of fixtures, so that a second run takes seconds.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { measureLightAndColour } from "#engine/ingest/decode/quality.ts";
import { measureSharpnessOf } from "#engine/ingest/decode/sharpness.ts";
import { lightDimensions, lightTable, type LightMetrics } from "#engine/outliers/light.ts";

import { fixturesFolder } from "../fixtures/packages.ts";
import type { Load } from "./outlier-sources.ts";

/** How a collection's files are written. */
export interface Shape {
  readonly side: number;
  readonly grey: boolean;
}

/** What indexing would know of some pictures, row by row. */
export interface Known {
  readonly vectors: VectorTable;
  /** Of `lightTable`. */
  readonly light: VectorTable;
}

export type EncodeKept = (key: string, pictures: readonly Load[], shape: Shape) => Promise<Known>;

interface Picture {
  /** As the encoder wants it. */
  readonly pixels: Buffer;
  readonly light: LightMetrics;
}

const dimensions = 384;
const encoderSide = 160;
const batch = 16;

/** @param seed part of the name of what is kept: another sample is another file. */
export async function createOutlierEncoder(seed: number): Promise<EncodeKept> {
  const model = join(import.meta.dirname, "../../electron/engine/encoders/bundled/efficientnet-lite0/model.onnx");
  const cache = join(fixturesFolder(), "outlier-embeddings-3");
  await mkdir(cache, { recursive: true });
  let session: InferenceSession | null = null;
  return async (key, pictures, shape) => {
    const file = join(cache, `${key.replaceAll(" ", "-")}-${pictures.length}-${seed}.f32`);
    const kept = await readFile(file).catch(() => null);
    if (kept) return apart(new Float32Array(new Uint8Array(kept).buffer));
    session ??= await InferenceSession.create(model);
    const lights: LightMetrics[] = [];
    const values: number[] = [];
    const seen = new Set<string>();
    for (let start = 0; start < pictures.length; start += batch) {
      const all = await Promise.all(pictures.slice(start, start + batch).map((load) => readPicture(load, shape)));
      const read = all.filter((picture) => picture !== null).filter(({ pixels }) => isNew(seen, pixels));
      if (read.length === 0) continue;
      const output = (await session.run({ image: tensorOf(read.map(({ pixels }) => pixels)) }))["embedding"];
      if (!output) throw new Error("the encoder has no output called embedding");
      read.forEach(({ light }, row) => {
        lights.push(light);
        values.push(...unitLength((output.data as Float32Array).subarray(row * dimensions, (row + 1) * dimensions)));
      });
    }
    const together = Float32Array.from([...values, ...lightTable(lights).values]);
    await writeFile(file, new Uint8Array(together.buffer));
    process.stderr.write(`embedded ${key}: ${lights.length}\n`);
    return apart(together);
  };
}

/** All vectors, then all light. */
function apart(together: Float32Array): Known {
  const count = together.length / (dimensions + lightDimensions);
  return {
    vectors: { count, dimensions, values: together.subarray(0, count * dimensions) },
    light: { count, dimensions: lightDimensions, values: together.subarray(count * dimensions) },
  };
}

/** The collection's size and colour mode first, as a foreign picture in it would have them; then what indexing measures and the encoder wants. Null: it cannot be read. */
async function readPicture(load: Load, { side, grey }: Shape): Promise<Picture | null> {
  try {
    const own = sharp(await load(), { limitInputPixels: 1e8 })
      .flatten({ background: "#fff" })
      .resize(side, side, { fit: "fill" });
    const written = await (grey ? own.toColourspace("b-w") : own.toColourspace("srgb")).png().toBuffer();
    const stored = sharp(written).toColourspace("srgb").removeAlpha();
    const whole = { width: side, height: side, data: new Uint8Array(await stored.clone().raw().toBuffer()) };
    const pixels = await stored.resize(encoderSide, encoderSide, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
    return { pixels, light: { ...measureSharpnessOf(whole), ...measureLightAndColour(whole) } };
  } catch {
    return null;
  }
}

function isNew(seen: Set<string>, pixels: Buffer): boolean {
  const hash = createHash("sha256").update(pixels).digest("hex");
  if (seen.has(hash)) return false;
  seen.add(hash);
  return true;
}

function unitLength(row: Float32Array): Float32Array {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  return row.map((value) => value / length);
}

function tensorOf(pixels: readonly Buffer[]): Tensor {
  const plane = encoderSide * encoderSide;
  const data = new Float32Array(pixels.length * 3 * plane);
  pixels.forEach((picture, item) => {
    for (let pixel = 0; pixel < plane; pixel++)
      for (let channel = 0; channel < 3; channel++)
        data[(item * 3 + channel) * plane + pixel] = ((picture[pixel * 3 + channel] as number) - 127) / 128;
  });
  return new Tensor("float32", data, [pixels.length, 3, encoderSide, encoderSide]);
}
