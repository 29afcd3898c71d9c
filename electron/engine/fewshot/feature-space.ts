/**
 * @file What classes are learnt on: the vectors of one kind (as the encoder makes them, whitened, of a tuned encoder), centred, and their neighbour graph.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { makeUnitRows } from "../base/unit-length.ts";
import type { ModelName } from "./models.ts";
import { similarityGraph, type SimilarityGraph } from "./similarity-graph.ts";

export interface FeatureSpace {
  /** "frozen", "whitened" or an encoder's id. */
  readonly name: string;
  /** Rows less their mean, of unit length again, and one number more that is the same in each. */
  readonly table: VectorTable;
  /** What was taken off the rows. */
  readonly mean: Float32Array;
  readonly graph: SimilarityGraph;
  /** The neighbours as they were found: what is dense and what stands for what. */
  readonly neighbours: NeighbourGraph;
  /** Where the vectors were themselves made by labels: leaving one out of what is learnt on them would say nothing, so what was found when they were made stands for it. */
  readonly judged?: Judged | undefined;
}

/** Found by folds whose vectors had not been shown the labels that were asked. */
export interface Judged {
  readonly model: ModelName;
  /** Share of the asked labels that were told. */
  readonly accuracy: number;
  readonly asked: number;
  /** What the model's probabilities are raised to. */
  readonly power: number;
}

export function featureSpace(name: string, table: VectorTable, neighbours: NeighbourGraph, judged?: Judged): FeatureSpace {
  return { name, ...centred(table), graph: similarityGraph(neighbours), neighbours, judged };
}

/**
 * What the constant weighs. Centred without it, a class that is most of the folder lies at the mean and has no direction of its own (clip art, 5 clicks a class: 46 % without, 53 % with it); left
 * uncentred, the mean outweighs everything else (digits, one click: 57 %, 61 % with it).
 */
export const intercept = 0.6;

/** The mean of all vectors says nothing of any class, and in a narrow cone it is most of each of them. */
function centred({ count, dimensions, values }: VectorTable): Pick<FeatureSpace, "table" | "mean"> {
  const mean = new Float64Array(dimensions);
  for (let at = 0; at < values.length; at++) mean[at % dimensions] += values[at] / count;
  const moved = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) moved[at] = values[at] - mean[at % dimensions];
  makeUnitRows(moved, dimensions);
  const wider = dimensions + 1;
  const rows = new Float32Array(count * wider).fill(intercept);
  for (let row = 0; row < count; row++) rows.set(moved.subarray(row * dimensions, (row + 1) * dimensions), row * wider);
  return { table: { count, dimensions: wider, values: rows }, mean: Float32Array.from(mean) };
}
