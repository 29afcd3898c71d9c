/**
 * @file Fills a feature cache: what the frozen part of a network makes of pictures and of some views of each.
 */
import { throwIfAborted } from "../../base/errors.ts";
import type { SplitNetwork } from "../network/split.ts";
import { fillFeatureCache, openFeatureCache, type FeatureCache } from "./feature-cache.ts";
import type { PictureReader } from "./pictures.ts";
import type { Surroundings } from "./prepare.ts";
import { openModel } from "./run-model.ts";

/** Views in a run of the frozen part, which must be made for as many rows. */
export const featureRows = 32;

export interface KeepRequest {
  readonly path: string;
  readonly frozen: SplitNetwork;
  readonly reader: Pick<PictureReader, "plain" | "view">;
  /** Which pictures, by their places; null: all, each at its own place. */
  readonly places: readonly number[] | null;
  readonly pictures: number;
  /** Of each picture, beside itself. */
  readonly views: number;
  readonly threads: number;
}

/** Goes on where a killed process stopped. */
export async function keepFeatures(
  { path, frozen, reader, places, pictures, views, threads }: KeepRequest,
  { signal, gate, onProgress }: Pick<Surroundings, "signal" | "gate" | "onProgress">,
): Promise<FeatureCache> {
  const shape = { pictures, views, numbersPerView: frozen.numbersPerView };
  const input = frozen.frozen.graph.inputs[0]?.name as string;
  const runner = await openModel(frozen.frozen, threads);
  try {
    await fillFeatureCache(path, shape, {
      chunk: featureRows,
      make: async (from, to) => {
        throwIfAborted(signal);
        const kept = new Float32Array((to - from) * (views + 1) * shape.numbersPerView);
        for (let view = 0; view <= views; view++) {
          const positions = Int32Array.from({ length: featureRows }, (_, at) => placeAt(places, Math.min(to - 1, from + at)));
          const drawn = view === 0 ? reader.plain(positions) : reader.view(positions, view - 1, "kept");
          const { outputs } = await runner.run(new Map([[input, drawn]]));
          for (let row = 0; row < to - from; row++) {
            let at = (row * (views + 1) + view) * shape.numbersPerView;
            for (const output of outputs) {
              const size = output.length / featureRows;
              kept.set(output.subarray(row * size, (row + 1) * size), at);
              at += size;
            }
          }
        }
        return kept;
      },
      onProgress: async (done) => {
        onProgress("features", done, pictures);
        await gate();
      },
    });
  } finally {
    await runner.close();
  }
  return openFeatureCache(path, shape);
}

function placeAt(places: readonly number[] | null, row: number): number {
  return places === null ? row : (places[row] as number);
}
