/**
 * @file Slices added up at the places they came from: the gradient of every way to gather. Where the places are known it is padding or a small
 * matrix; else operator sets from 16 on scatter with a sum, and older ones multiply by a matrix made of the places.
 */
import { ints, text, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { cast } from "../gradient.ts";
import { alongAxis } from "./along-axis.ts";

export interface Slices {
  /** [before, n, after] */
  readonly slices: string;
  /** [n] of int64, from 0 to size - 1, or from -size. */
  readonly places: string;
  readonly size: number;
}

/** [before, size, after]: slice p is the sum of those whose place is p. */
export function scatterBack(builder: GraphBuilder, { slices, places, size }: Slices): string {
  const [before, count, after] = builder.shapeOf(slices) as readonly [number, number, number];
  const { elementType } = builder.typeOf(slices);
  const known = builder.knownValues(places)?.map((place) => (place < 0 ? place + size : place)) ?? null;
  if (known !== null && known.every((place, at) => place === (known[0] as number) + at)) {
    const start = known[0] ?? 0;
    return count === size ? slices : builder.node("Pad", [slices, builder.list([0, start, 0, 0, size - start - count, 0])]);
  }
  if (known !== null && known.length * size <= mostOnes) {
    const ones = Array.from({ length: size }, (_, place) => known.map((each) => (each === place ? 1 : 0)));
    return alongAxis(builder, slices, { axis: 1, matrix: ones });
  }
  if (builder.version < 16) {
    const range = builder.constant("int64", [size, 1], [...Array(size).keys()]);
    const isHere = builder.node("Equal", [range, builder.reshape(fromStart(builder, places, size), [1, count])]);
    return builder.node("MatMul", [cast(builder, isHere, elementType), slices]);
  }
  const turn = (value: string): string => (before === 1 ? value : builder.node("Transpose", [value], { perm: ints([1, 0, 2]) }));
  const zeros = builder.node("Expand", [builder.scalar(0, slices), builder.list([size, before, after])]);
  const updates = before === 1 ? builder.reshape(slices, [count, 1, after]) : turn(slices);
  const summed = builder.node("ScatterND", [zeros, builder.reshape(places, [count, 1]), updates], { reduction: text("add") });
  return before === 1 ? builder.reshape(summed, [1, size, after]) : turn(summed);
}

/** Above it the matrix is larger than scattering is slow. */
const mostOnes = 4096;

/** Places counted from the end become places from the start. */
export function fromStart(builder: GraphBuilder, places: string, size: number): string {
  const isNegative = builder.node("Less", [places, builder.scalar(0, places)]);
  return builder.node("Where", [isNegative, builder.node("Add", [places, builder.scalar(size, places)]), places]);
}
