/**
 * @file Where the classifier of instances (DIET) begins for a net from nothing: at the pictures themselves, as the fresh net sees them. Beginning at random vectors, a picture has to be
 * seen many times before its vector means anything: 800 steps of 2 x 64 of 3,000 pictures of clothes left 20-nearest-neighbour accuracy where it was.
 */
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { makeUnitRows } from "../../base/unit-length.ts";
import { instanceVectorLength } from "../methods/diet.ts";

/** Rows without what all have in common (to a fresh net all pictures look nearly alike), [pictures, dimensions], all of one length. */
export function instanceStart({ count, dimensions, values }: VectorTable): Float32Array {
  const mean = new Float64Array(dimensions);
  values.forEach((value, at) => (mean[at % dimensions] = (mean[at % dimensions] as number) + value / count));
  const centred = makeUnitRows(
    values.map((value, at) => value - (mean[at % dimensions] as number)),
    dimensions,
  );
  return centred.map((value) => instanceVectorLength * value);
}
