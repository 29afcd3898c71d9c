/**
 * @file The numbers in a tensor, whatever their type, and tensors from numbers.
 */
/// <reference lib="esnext.float16" />
import { BugError, UserError } from "../base/errors.ts";
import { byteLength, type ElementType } from "./element-type.ts";
import type { Tensor } from "./model.ts";

/** True for element types that are read as numbers. */
export function holdsNumbers(type: ElementType): boolean {
  return numeric.has(type);
}

const numeric = new Set<ElementType>(["float32", "float64", "float16", "bfloat16", "int64", "uint64", "int32", "uint32", "int16", "uint16", "int8", "uint8", "bool"]); // prettier-ignore

export function elementCount(dimensions: readonly number[]): number {
  return dimensions.reduce((product, dimension) => product * dimension, 1);
}

/** As float32: a view where it is float32 and lies on a whole word, else a copy. Throws UserError `onnx-unsupported` for what is no number. */
export function floatsOf(tensor: Tensor): Float32Array {
  const { bytes, elementType } = tensor;
  if (elementType === "float32" && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const values = new Float32Array(elementCount(tensor.dimensions));
  const read = readerOf(tensor);
  for (let index = 0; index < values.length; index++) values[index] = Number(read(index));
  return values;
}

/** Whole numbers as JavaScript's; those beyond 2^53 (an end of "everything") come as the nearest it has. */
export function integersOf(tensor: Tensor): number[] {
  const read = readerOf(tensor);
  return Array.from({ length: elementCount(tensor.dimensions) }, (_, index) => Math.trunc(Number(read(index))));
}

/** The only number of a tensor that has one. */
export function scalarOf(tensor: Tensor): number {
  if (elementCount(tensor.dimensions) !== 1)
    throw new UserError(
      "onnx-unsupported",
      `The tensor ${tensor.name} of [${tensor.dimensions.join(", ")}] stands where one number is expected.`,
    );
  return Number(readerOf(tensor)(0));
}

/** A tensor of `elementType`; floats are rounded to it. */
export function tensorFrom(
  name: string,
  elementType: ElementType,
  dimensions: readonly number[],
  values: ArrayLike<number> | ArrayLike<bigint>,
): Tensor {
  const count = elementCount(dimensions);
  if (values.length !== count) throw new BugError(`${name} of [${dimensions.join(", ")}] got ${values.length} values; expected ${count}`);
  const bytes = new Uint8Array(byteLength(elementType, count));
  const write = writerOf(elementType, new DataView(bytes.buffer));
  for (let index = 0; index < count; index++) write(index, values[index] as number | bigint);
  return { name, elementType, dimensions, bytes, strings: [], external: null, docString: "" };
}

function readerOf({ name, elementType, bytes, external }: Tensor): (index: number) => number | bigint {
  if (external !== null) throw new BugError(`the data of ${name} were not read from their file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (elementType) {
    case "float32":
      return (index) => view.getFloat32(index * 4, true);
    case "float64":
      return (index) => view.getFloat64(index * 8, true);
    case "float16":
      return (index) => view.getFloat16(index * 2, true);
    case "bfloat16":
      return (index) => fromBfloat16(view.getUint16(index * 2, true));
    case "int64":
      return (index) => view.getBigInt64(index * 8, true);
    case "uint64":
      return (index) => view.getBigUint64(index * 8, true);
    case "int32":
      return (index) => view.getInt32(index * 4, true);
    case "uint32":
      return (index) => view.getUint32(index * 4, true);
    case "int16":
      return (index) => view.getInt16(index * 2, true);
    case "uint16":
      return (index) => view.getUint16(index * 2, true);
    case "int8":
      return (index) => view.getInt8(index);
    case "uint8":
    case "bool":
      return (index) => view.getUint8(index);
    default:
      throw new UserError("onnx-unsupported", `The tensor ${name} holds ${elementType}, which is not read as numbers.`);
  }
}

function writerOf(elementType: ElementType, view: DataView): (index: number, value: number | bigint) => void {
  switch (elementType) {
    case "float32":
      return (index, value) => view.setFloat32(index * 4, Number(value), true);
    case "float64":
      return (index, value) => view.setFloat64(index * 8, Number(value), true);
    case "float16":
      return (index, value) => view.setFloat16(index * 2, Number(value), true);
    case "bfloat16":
      return (index, value) => view.setUint16(index * 2, toBfloat16(Number(value)), true);
    case "int64":
      return (index, value) => view.setBigInt64(index * 8, BigInt(value), true);
    case "uint64":
      return (index, value) => view.setBigUint64(index * 8, BigInt(value), true);
    case "int32":
    case "uint32":
      return (index, value) => view.setInt32(index * 4, Number(value), true);
    case "int16":
    case "uint16":
      return (index, value) => view.setInt16(index * 2, Number(value), true);
    case "int8":
    case "uint8":
    case "bool":
      return (index, value) => view.setInt8(index, Number(value));
    default:
      throw new BugError(`tensors of ${elementType} are not made`);
  }
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(bits: number): number {
  word.setUint32(0, bits * 65536);
  return word.getFloat32(0);
}

/** To the nearest, ties to even; NaN stays one. */
function toBfloat16(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return Math.floor((bits + 0x7fff + ((bits >>> 16) & 1)) / 65536) & 0xffff;
}
