/**
 * @file 3,000 pictures of clothes as a training sees them: 32 x 32 with a margin, views drawn by the product's own augmentation, labels that only the evaluation (and
 * `supcon`) knows, a larger encoder's embeddings for `distill`.
 */
import { createRandom, shuffle } from "#engine/base/random.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import { findEncoder } from "#engine/encoders/registry.ts";
import type { Model } from "#engine/onnx/model.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { drawViews, type Normalisation } from "#engine/training/augment/draw-views.ts";
import type { ViewKind } from "#engine/training/augment/presets.ts";
import { accuracy, vote } from "#engine/training/judge/vote.ts";
import { nearestOthers } from "#engine/training/judge/nearest.ts";
import { networkOfEncoder } from "#engine/training/network/from-encoder.ts";
import type { Network } from "#engine/training/network/network.ts";
import { openModel } from "#engine/training/trainer/run-model.ts";
import { viewKind } from "#engine/training/trainer/source.ts";
import { loadKernels } from "#native/kernels.ts";

import { loadFashion } from "../../fixtures/packages.ts";

export const side = 32;
export const classNames = ["t shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

const normalisation: Normalisation = { mean: [127.5, 127.5, 127.5], std: [64, 64, 64], white: 255, layout: "NCHW" };

export interface Fashion {
  readonly count: number;
  /** [count, side, side, 3] */
  readonly bytes: Uint8Array;
  readonly labels: Int32Array;
}

/** The same pictures for every method and seed. Null where they cannot be had. */
export async function readFashion(count: number): Promise<Fashion | null> {
  const table = await loadFashion("train");
  if (table === null) return null;
  const chosen = shuffle(
    Array.from({ length: table.count }, (_, at) => at),
    createRandom(3000),
  ).slice(0, count);
  const bytes = new Uint8Array(count * side * side * 3);
  const margin = (side - table.width) / 2;
  chosen.forEach((from, to) => {
    for (let y = 0; y < table.height; y++)
      for (let x = 0; x < table.width; x++) {
        const value = table.values[(from * table.height + y) * table.width + x] as number;
        bytes.fill(value, ((to * side + y + margin) * side + x + margin) * 3, ((to * side + y + margin) * side + x + margin + 1) * 3);
      }
  });
  return { count, bytes, labels: Int32Array.from(chosen, (from) => table.labels[from] as number) };
}

const kernels = loadKernels();

export interface ViewRequest {
  readonly fashion: Fashion;
  readonly positions: Int32Array;
  readonly kind: ViewKind;
  readonly firstView: number;
  readonly sizePx: number;
  readonly seed: number;
  readonly step: number;
}

/** [kind.views * positions, 3, sizePx, sizePx] */
export function views({ fashion, positions, ...request }: ViewRequest): Float32Array {
  const picture = side * side * 3;
  const bytes = new Uint8Array(positions.length * picture);
  positions.forEach((position, at) => bytes.set(fashion.bytes.subarray(position * picture, (position + 1) * picture), at * picture));
  return drawViews({ ...request, kernels, batch: { ids: positions, bytes, sidePx: side }, normalisation, threads: 2 });
}

/** Unit rows of all pictures, as they are. */
export async function embed(
  fashion: Fashion,
  network: Pick<Network, "inputs" | "dimensions">,
  model: Model,
  sizePx: number,
): Promise<Float32Array> {
  const runner = await openModel(model, 2);
  const embeddings = new Float32Array(fashion.count * network.dimensions);
  for (let from = 0; from < fashion.count; from += 100) {
    const until = Math.min(from + 100, fashion.count);
    const pictures: HostTensor = {
      type: "float32",
      shape: [until - from, 3, sizePx, sizePx],
      data: asTheyAre(fashion, { from, until, sizePx }),
    };
    const { outputs } = await runner.run(new Map([[network.inputs[0]?.name ?? "", pictures]]));
    embeddings.set(outputs[0] as Float32Array, from * network.dimensions);
  }
  await runner.close();
  return makeUnitRows(embeddings, network.dimensions);
}

/** [until - from, 3, sizePx, sizePx]: the pictures, not views of them. */
export function asTheyAre(fashion: Fashion, { from, until, sizePx }: { from: number; until: number; sizePx: number }): Float32Array {
  const positions = Int32Array.from({ length: until - from }, (_, at) => from + at);
  return views({ fashion, positions, kind: viewKind("none", "mild", {}), firstView: 0, sizePx, seed: 0, step: 0 });
}

/** Leave-one-out accuracy of 20 neighbours by cosine. */
export function knn(fashion: Fashion, embeddings: Float32Array, dimensions: number): number {
  const graph = nearestOthers({ count: fashion.count, dimensions, values: embeddings }, 20);
  return accuracy(vote(graph, fashion.labels, 20), fashion.labels);
}

/** What the bundled encoder makes of the pictures: the teacher of `distill`. */
export async function teach(fashion: Fashion): Promise<{ readonly embeddings: Float32Array; readonly dimensions: number }> {
  const network = networkOfEncoder(findEncoder("efficientnet-lite0-160").card);
  return { embeddings: await embed(fashion, network, network.model, 96), dimensions: network.dimensions };
}
