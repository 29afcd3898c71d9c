/**
 * @file Embeddings of pictures of the cache by a network with given weights, unit length.
 */
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { Model } from "../../onnx/model.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { BugError } from "../../base/errors.ts";
import { openModel } from "./run-model.ts";

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
      made.push({ count: positions.length, dimensions, values: madeUnit(values, dimensions) });
    }
    return made;
  } finally {
    await runner.close();
  }
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

function madeUnit(values: Float32Array, dimensions: number): Float32Array {
  for (let start = 0; start < values.length; start += dimensions) {
    let squares = 0;
    for (let at = start; at < start + dimensions; at++) squares += (values[at] as number) ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let at = start; at < start + dimensions; at++) values[at] = (values[at] as number) * scale;
  }
  return values;
}
