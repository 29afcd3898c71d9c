/**
 * @file Typed arrays inside messages. Structured clone copies the whole buffer behind a view, and a small Node `Buffer` is a view into
 * a shared pool: so views are packed before they cross. An array whose owner is done with it can be moved instead of copied: `handOver`.
 */

export const arrayConstructors = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
};
export type ArrayName = keyof typeof arrayConstructors;
export type AnyTypedArray = InstanceType<(typeof arrayConstructors)[ArrayName]>;

/** Deeper nesting than any message of ours has. */
export const depthLimit = 64;

const handedOver = new WeakSet<object>();

/** Says that the sender no longer needs these arrays: a transport that can moves them, and they are empty afterwards. */
export function handOver<T>(value: T): T {
  walk(value, 0, (array) => handedOver.add(array));
  return value;
}

/** The name of a typed array that can cross (a Node `Buffer` is a Uint8Array), or null. */
export function arrayName(value: unknown): ArrayName | null {
  if (!ArrayBuffer.isView(value)) return null;
  const name: unknown = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof name === "string" && Object.hasOwn(arrayConstructors, name) ? (name as ArrayName) : null;
}

/** The message with every partial view copied tight, and the buffers that may be moved rather than copied. */
export function packArrays<T>(message: T): { message: T; moved: ArrayBuffer[] } {
  const moved = new Set<ArrayBuffer>();
  return { message: pack(message, moved, 0) as T, moved: [...moved] };
}

function pack(value: unknown, moved: Set<ArrayBuffer>, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  const name = arrayName(value);
  if (name !== null) return packOne(value as AnyTypedArray, name, moved);
  if (depth > depthLimit) throw new TypeError(`a message may be nested ${depthLimit} levels deep at most`);
  if (Array.isArray(value)) {
    const packed = value.map((item) => pack(item, moved, depth + 1));
    return packed.some((item, index) => item !== value[index]) ? packed : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const packed = pack(item, moved, depth + 1);
    changed ||= packed !== item;
    return [key, packed];
  });
  return changed ? Object.fromEntries(entries) : value;
}

function packOne(array: AnyTypedArray, name: ArrayName, moved: Set<ArrayBuffer>): AnyTypedArray {
  const buffer = array.buffer;
  if (buffer instanceof ArrayBuffer && array.byteOffset === 0 && array.byteLength === buffer.byteLength) {
    if (handedOver.has(array)) moved.add(buffer);
    return array;
  }
  const copy = new arrayConstructors[name](array);
  moved.add(copy.buffer);
  return copy;
}

function walk(value: unknown, depth: number, visit: (array: AnyTypedArray) => void): void {
  if (typeof value !== "object" || value === null || depth > depthLimit) return;
  if (arrayName(value) !== null) visit(value as AnyTypedArray);
  else for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) walk(item, depth + 1, visit);
}
