/**
 * @file Steps of a program as lists of numbers, as native/src/training/step-reader.h reads them. Places are written when all is laid out: until then
 * a step is a function of nothing that gives its numbers.
 */
import { byteOffset, elementKinds, type Place } from "./place.ts";

/** In the order of step-reader.h. */
const stepKinds = ["convolution", "convolutionBack", "convolutionWeights", "normalization", "normalizationBack", "sgd", "adam", "average", "pointwise", "copy", "reduction", "softmax", "product"] as const; // prettier-ignore
export type StepKind = (typeof stepKinds)[number];

/** In the order of tensor-view.h. */
const pointwiseKinds = ["add", "sub", "mul", "div", "pow", "max", "min", "neg", "abs", "sqrt", "exp", "log", "reciprocal", "erf", "tanh", "sigmoid", "relu", "sign", "floor", "ceil", "softplus", "greater", "less", "equal", "greaterOrEqual", "lessOrEqual", "and", "or", "not", "where", "identity", "clip", "between", "isNaN", "mod", "cos", "sin", "leakyRelu", "hardSigmoid", "hardSwish", "gelu"] as const; // prettier-ignore
export type PointwiseKind = (typeof pointwiseKinds)[number];

const reductionKinds = ["sum", "mean", "max", "min", "sumSquare", "l2", "l1"] as const;
export type ReductionKind = (typeof reductionKinds)[number];

export interface Step {
  readonly kind: StepKind;
  readonly reads: readonly Place[];
  readonly writes: readonly Place[];
  /** Everything behind the kind. */
  readonly numbers: () => number[];
  /** Of the node it stands for: for profiles. */
  readonly label: string;
}

export function encodeStep(step: Step): number[] {
  const numbers = [stepKinds.indexOf(step.kind), ...step.numbers()];
  return [numbers.length, ...numbers];
}

export interface ConvolutionNumbers {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly outSize: readonly [number, number];
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padsBefore: readonly [number, number];
  readonly groups: number;
}

export function convolutionNumbers(shape: ConvolutionNumbers): number[] {
  const { batch, size, channels, outSize, outChannels, kernel, strides, dilations, padsBefore, groups } = shape;
  return [batch, ...size, channels, ...outSize, outChannels, ...kernel, ...strides, ...dilations, ...padsBefore, groups];
}

/** -1: not given. */
export function at(place: Place | null): number {
  return place === null ? -1 : byteOffset(place);
}

export function pointwiseCode(kind: PointwiseKind): number {
  return pointwiseKinds.indexOf(kind);
}

export function reductionCode(kind: ReductionKind): number {
  return reductionKinds.indexOf(kind);
}

/** A tensor seen with these distances. */
export function operand(place: Place, strides: readonly number[]): number[] {
  return [elementKinds.indexOf(place.kind), byteOffset(place), ...strides];
}

/** How to walk over several operands of one shape: fewest axes, the first operand's innermost axis last. */
export interface Walk {
  readonly sizes: readonly number[];
  /** Per operand, per axis. */
  readonly strides: readonly (readonly number[])[];
}

/** Axes in the order in which the first operand's numbers lie, those that run on merged. */
export function walkOver(shape: readonly number[], strides: readonly (readonly number[])[]): Walk {
  const [leading = []] = strides;
  const axes = shape
    .map((_, axis) => axis)
    .filter((axis) => shape[axis] !== 1)
    .sort((a, b) => Math.abs(leading[b] as number) - Math.abs(leading[a] as number) || a - b);
  const sizes: number[] = [];
  const found: number[][] = strides.map(() => []);
  for (const axis of axes) {
    const size = shape[axis] as number;
    const runsOn = sizes.length > 0 && strides.every((each, operandIndex) => found[operandIndex]?.at(-1) === (each[axis] as number) * size);
    if (runsOn) sizes[sizes.length - 1] = (sizes.at(-1) as number) * size;
    else sizes.push(size);
    strides.forEach((each, operandIndex) => {
      const own = found[operandIndex] as number[];
      if (runsOn) own.pop();
      own.push(each[axis] as number);
    });
  }
  return { sizes, strides: found };
}

export function walkNumbers({ sizes }: Walk): number[] {
  return [sizes.length, ...sizes];
}
