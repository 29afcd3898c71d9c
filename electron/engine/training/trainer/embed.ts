/**
 * @file Embeddings of pictures of the cache by a network with given weights, unit length.
 */
import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { makeUnitRows } from "../../base/unit-length.ts";
import type { Model } from "../../onnx/model.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import type { Network } from "../network/network.ts";
import type { PictureReader } from "./pictures.ts";
import type { Surroundings } from "./prepare.ts";
import { openModel } from "./run-model.ts";
import type { RunPlan } from "./run-plan.ts";

/** Pictures in one run; the last run is filled up, so that shapes never change. */
const rows = 32;

export interface EmbedOptions {
  readonly model: Model;
  readonly input: string;
  readonly threads: number;
  /** Between two runs. */
  readonly gate: () => Promise<void>;
}

/**
 * @param tables each: what to draw of which pictures
 * @returns a table for each, [positions, dimensions]
 */
export async function embedPictures(
  tables: readonly { readonly positions: readonly number[]; readonly draw: (positions: Int32Array) => HostTensor }[],
  { model, input, threads, gate }: EmbedOptions,
): Promise<VectorTable[]> {
  const runner = await openModel(model, threads);
  try {
    const made: VectorTable[] = [];
    for (const { positions, draw } of tables) {
      let values = new Float32Array(0);
      let dimensions = 0;
      for (let from = 0; from < positions.length; from += rows) {
        const chunk = Int32Array.from({ length: rows }, (_, at) => positions[Math.min(positions.length - 1, from + at)] as number);
        const { outputs } = await runner.run(new Map([[input, draw(chunk)]]));
        const [output = new Float32Array(0)] = outputs;
        if (from === 0) {
          dimensions = output.length / rows;
          values = new Float32Array(positions.length * dimensions);
        }
        const count = Math.min(rows, positions.length - from);
        values.set(output.subarray(0, count * dimensions), from * dimensions);
        await gate();
      }
      made.push({ count: positions.length, dimensions, values: makeUnitRows(values, dimensions) });
    }
    return made;
  } finally {
    await runner.close();
  }
}

/** Plain pictures of the training set as a network sees them: the first thing that a person waits for. */
export async function embedTraining(
  { network, reader, plan }: { readonly network: Network; readonly reader: Pick<PictureReader, "plain">; readonly plan: RunPlan },
  { gate, onProgress }: Pick<Surroundings, "gate" | "onProgress">,
): Promise<VectorTable> {
  const { training, threads } = plan;
  let done = 0;
  const draw = (chunk: Int32Array): HostTensor => {
    done += chunk.length;
    onProgress("features", Math.min(done, training.length), training.length);
    return reader.plain(chunk);
  };
  const input = network.inputs[0]?.name as string;
  const [table] = await embedPictures([{ positions: training, draw }], { model: network.model, input, threads, gate });
  return table as VectorTable;
}

/**
 * The rows of some pictures of a table.
 * @param places whose rows the table has, in its order
 */
export function rowsAt({ dimensions, values }: VectorTable, places: readonly number[], wanted: readonly number[]): VectorTable {
  const rowOf = new Map(places.map((place, row) => [place, row]));
  const chosen = new Float32Array(wanted.length * dimensions);
  wanted.forEach((place, at) => {
    const row = rowOf.get(place);
    if (row === undefined) throw new BugError(`picture ${place} was not looked at`);
    chosen.set(values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
  });
  return { count: wanted.length, dimensions, values: chosen };
}
