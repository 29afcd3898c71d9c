/**
 * @file TensorProto: every way in which the data of a tensor may be written, brought to one: bytes, row-major, little endian.
 */
import { byteLength, elementTypes, type ElementType } from "./element-type.ts";
import type { OnnxLimits } from "./limits.ts";
import type { Tensor } from "./model.ts";
import { damaged, WireReader } from "./wire.ts";

export function readTensor(bytes: Uint8Array, limits: OnnxLimits): Tensor {
  const from = new WireReader(bytes);
  const dimensions: number[] = [];
  const strings: Uint8Array[] = [];
  const external = new Map<string, string>();
  /** float_data, int32_data, int64_data, double_data, uint64_data, as they come. */
  const numbers: (number | bigint)[] = [];
  let dataType = 0;
  let name = "";
  let docString = "";
  let raw: Uint8Array | null = null;
  let isExternal = false;
  while (from.next()) {
    if (from.field === 1) from.repeated((each) => dimensions.push(readDimension(each)));
    else if (from.field === 2) dataType = from.number();
    else if (from.field === 4) from.repeated((each) => numbers.push(each.float()));
    else if (from.field === 5) from.repeated((each) => numbers.push(each.int32()));
    else if (from.field === 6) strings.push(from.bytes());
    else if (from.field === 7) from.repeated((each) => numbers.push(each.int64()));
    else if (from.field === 8) name = from.text();
    else if (from.field === 9) raw = from.bytes();
    else if (from.field === 10) from.repeated((each) => numbers.push(each.double()));
    else if (from.field === 11) from.repeated((each) => numbers.push(each.int64()));
    else if (from.field === 12) docString = from.text();
    else if (from.field === 13) readEntry(from.bytes(), external);
    else if (from.field === 14) isExternal = from.number() === 1;
    else if (from.field === 3) damaged(`the tensor ${name} is a segment of a larger one, which nobody writes`);
    else from.skip();
  }
  const elementType = elementTypeOf(dataType, name);
  const count = countElements(dimensions, name, limits);
  const common = { name, elementType, dimensions, docString };
  if (isExternal) return { ...common, bytes: new Uint8Array(0), strings: [], external };
  if (elementType === "string") {
    if (strings.length !== count) damaged(`the tensor ${name} has ${strings.length} strings; expected ${count}`);
    return { ...common, bytes: new Uint8Array(0), strings, external: null };
  }
  const data = raw ?? pack(elementType, numbers);
  const expected = byteLength(elementType, count);
  if (data.length !== expected)
    damaged(`the tensor ${name} of ${elementType} [${dimensions.join(", ")}] has ${data.length} bytes; expected ${expected}`);
  return { ...common, bytes: data, strings: [], external: null };
}

export function elementTypeOf(dataType: number, name: string): ElementType {
  return elementTypes[dataType] ?? damaged(`${name} has elements of type ${dataType}; expected 0 to ${elementTypes.length - 1}`);
}

export function readEntry(bytes: Uint8Array, into: Map<string, string>): void {
  const from = new WireReader(bytes);
  let key = "";
  let value = "";
  while (from.next()) {
    if (from.field === 1) key = from.text();
    else if (from.field === 2) value = from.text();
    else from.skip();
  }
  into.set(key, value);
}

function readDimension(from: WireReader): number {
  const value = from.int64();
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) damaged(`a tensor has a dimension of ${value}`);
  return Number(value);
}

function countElements(dimensions: readonly number[], name: string, { elements, rank }: OnnxLimits): number {
  if (dimensions.length > rank) damaged(`the tensor ${name} has ${dimensions.length} dimensions; expected at most ${rank}`);
  const count = dimensions.reduce((product, dimension) => product * dimension, 1);
  if (count > elements) damaged(`the tensor ${name} of [${dimensions.join(", ")}] has more than ${elements} elements`);
  return count;
}

/** The typed fields: small types travel as int32, halves as their bits, complex numbers as pairs. */
function pack(type: ElementType, numbers: readonly (number | bigint)[]): Uint8Array {
  const asNumbers = (): number[] => numbers.map(Number);
  switch (type) {
    case "float32":
    case "complex64":
      return bytesOf(Float32Array.from(asNumbers()));
    case "float64":
    case "complex128":
      return bytesOf(Float64Array.from(asNumbers()));
    case "int64":
    case "uint64":
      return bytesOf(BigInt64Array.from(numbers.map(BigInt)));
    case "int32":
      return bytesOf(Int32Array.from(asNumbers()));
    case "uint32":
      return bytesOf(Uint32Array.from(asNumbers()));
    case "int16":
    case "uint16":
    case "float16":
    case "bfloat16":
      return bytesOf(Uint16Array.from(asNumbers()));
    default:
      return Uint8Array.from(asNumbers());
  }
}

function bytesOf(array: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
