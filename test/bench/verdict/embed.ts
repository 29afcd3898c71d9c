/**
 * @file Embeddings of a labelled folder by the bundled encoder: the pictures as they are and strongly augmented views of each. Kept in the system's temporary folder.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Tensor } from "onnxruntime-node";
import sharp from "sharp";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, type Random } from "#engine/base/random.ts";
import { openSession } from "#engine/runtime/session.ts";
import type { ViewTable } from "#engine/training/whiten/view-whitening.ts";

import { fixturesFolder } from "../../fixtures/packages.ts";
import type { Source } from "./sources.ts";

export interface EmbeddedFolder {
  readonly name: string;
  readonly plain: VectorTable;
  /** Six views of each picture: two to judge by, four to fit on. */
  readonly views: ViewTable;
  /** Hidden: for the truth only. */
  readonly labels: Int32Array;
}

export const viewCount = 6;
const side = 160;
const dimensions = 384;
const batch = 16;
const seed = 23;

/** Pictures that cannot be decoded are left out. */
export async function embedFolder({ name, pictures }: Source): Promise<EmbeddedFolder> {
  const cache = join(fixturesFolder(), "verdict-embeddings");
  await mkdir(cache, { recursive: true });
  const file = join(cache, `${name.replaceAll(" ", "-")}-${pictures.length}-${seed}`);
  if (!existsSync(`${file}.f32`)) {
    const squares = await readAll(pictures);
    const classes = [...new Set(pictures.map(({ label }) => label))].sort();
    const labels = pictures.filter((_, index) => squares[index] !== null).map(({ label }) => classes.indexOf(label));
    await writeFile(`${file}.labels.json`, JSON.stringify(labels));
    const values = await embed(squares.filter((square) => square !== null));
    await writeFile(`${file}.f32`, new Uint8Array(values.buffer));
  }
  const labels = Int32Array.from(JSON.parse(await readFile(`${file}.labels.json`, "utf8")) as number[]);
  const values = new Float32Array(new Uint8Array(await readFile(`${file}.f32`)).buffer);
  // [n, 1 + views, d]: the picture itself, then its views.
  const count = labels.length;
  const row = (1 + viewCount) * dimensions;
  const plain = new Float32Array(count * dimensions);
  const views = new Float32Array(count * viewCount * dimensions);
  for (let index = 0; index < count; index++) {
    plain.set(values.subarray(index * row, index * row + dimensions), index * dimensions);
    views.set(values.subarray(index * row + dimensions, (index + 1) * row), index * viewCount * dimensions);
  }
  return { name, plain: { count, dimensions, values: plain }, views: { count, views: viewCount, dimensions, values: views }, labels };
}

async function readAll(pictures: Source["pictures"]): Promise<(Buffer | null)[]> {
  const squares: (Buffer | null)[] = [];
  for (let start = 0; start < pictures.length; start += batch) {
    const loads = pictures.slice(start, start + batch).map(({ load }) => load().then(toSquare));
    squares.push(...(await Promise.all(loads.map((square) => square.catch(() => null)))));
  }
  return squares;
}

async function embed(squares: readonly Buffer[]): Promise<Float32Array> {
  const model = join(import.meta.dirname, "../../../electron/engine/encoders/bundled/efficientnet-lite0/model.onnx");
  const session = await openSession(model, "cpu", 2);
  const values = new Float32Array(squares.length * (1 + viewCount) * dimensions);
  const random = createRandom(seed);
  let at = 0;
  for (let start = 0; start < squares.length; start += batch) {
    const pixels = await Promise.all(
      squares
        .slice(start, start + batch)
        .flatMap((square) => [square, ...Array.from({ length: viewCount }, () => drawView(random)).map((view) => view(square))]),
    );
    const output = (await session.run({ image: tensorOf(pixels) }))["embedding"].data as Float32Array;
    for (let row = 0; row < output.length; row += dimensions) {
      const vector = output.subarray(row, row + dimensions);
      const length = Math.hypot(...vector);
      for (const value of vector) values[at++] = value / length;
    }
  }
  return values;
}

/** RGB of the encoder's size, alpha on white, stretched: what the app does. */
export function toSquare(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { limitInputPixels: false })
    .flatten({ background: "#fff" })
    .toColourspace("srgb")
    .removeAlpha()
    .resize(side, side, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
}

/** Crop of 35 to 100 % of the area, flip, brightness, contrast, saturation, grey, blur: the usual strong augmentation. */
function drawView(random: Random): (pixels: Buffer) => Promise<Buffer> {
  const between = (low: number, high: number): number => low + (high - low) * random.unit();
  const area = between(0.35, 1);
  const ratio = Math.exp(between(Math.log(3 / 4), Math.log(4 / 3)));
  const width = Math.min(side, Math.round(side * Math.sqrt(area * ratio)));
  const height = Math.min(side, Math.round(side * Math.sqrt(area / ratio)));
  const [left, top] = [random.below(side - width + 1), random.below(side - height + 1)];
  const [flips, grey, blurs] = [random.unit() < 0.5, random.unit() < 0.2, random.unit() < 0.3];
  const [brightness, contrast, saturation, sigma] = [between(0.6, 1.4), between(0.6, 1.4), between(0.6, 1.4), between(0.5, 2)];
  return (pixels) => {
    let view = sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .extract({ left, top, width, height })
      .resize(side, side, { fit: "fill", kernel: "cubic" });
    if (flips) view = view.flop();
    if (blurs) view = view.blur(sigma);
    view = view.modulate({ brightness, saturation }).linear(contrast, 128 * (1 - contrast));
    if (grey) view = view.modulate({ saturation: 0.001 });
    return view.toColourspace("srgb").removeAlpha().raw().toBuffer();
  };
}

export function tensorOf(pictures: readonly Buffer[]): Tensor {
  const plane = side * side;
  const data = new Float32Array(pictures.length * 3 * plane);
  pictures.forEach((picture, item) => {
    for (let pixel = 0; pixel < plane; pixel++)
      for (let channel = 0; channel < 3; channel++) data[(item * 3 + channel) * plane + pixel] = (picture[pixel * 3 + channel] - 127) / 128;
  });
  return new Tensor("float32", data, [pictures.length, 3, side, side]);
}
