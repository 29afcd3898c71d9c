/**
 * @file A message as bytes, for WebSocket. Layout, little-endian as every platform we run on:
 *
 *     u32 magic "LIK1" · u32 length of the JSON · JSON (UTF-8), padded to 8 · each array's raw elements, each padded to 8
 *
 * The JSON is `{"a": [[name, length], ...], "m": message}`; in the message an array is `{"$a": index}`, a number JSON has no word for
 * `{"$n": "NaN"}`, an absent list item `{"$u": 1}`; a plain object's own key that starts with "$" gets one more "$". Whatever comes in is
 * checked against the bytes that are really there before anything is made from it.
 */
import { RpcError } from "./rpc-messages.ts";
import { type AnyTypedArray, arrayConstructors, type ArrayName, arrayName, depthLimit } from "./typed-arrays.ts";

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

const magic = 0x314b494c;
const headerBytes = 8;
const arrayLimit = 4096;
const oddNumbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

/** The largest frame anybody may send or accept by default. */
export const frameLimitBytes = 512 * 1024 * 1024;

export function encodeFrame(message: unknown, limitBytes = frameLimitBytes): Uint8Array<ArrayBuffer> {
  const arrays: AnyTypedArray[] = [];
  const body = JSON.stringify(toJson(message, arrays, 0) ?? null);
  const table = arrays.map((array) => [arrayName(array), array.length]);
  const json = new TextEncoder().encode(`{"a":${JSON.stringify(table)},"m":${body}}`);
  let size = headerBytes + padded(json.length);
  for (const array of arrays) size += padded(array.byteLength);
  if (size > limitBytes)
    throw frameError("message-too-large", `a message of ${size} bytes is larger than the limit of ${limitBytes} bytes`);
  const frame = new Uint8Array(size);
  const view = new DataView(frame.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, json.length, true);
  frame.set(json, headerBytes);
  let at = headerBytes + padded(json.length);
  for (const array of arrays) {
    frame.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  return frame;
}

/** The message in a frame. Its arrays are views into the frame (or, where that is not aligned, into one copy of it). */
export function decodeFrame(bytes: Uint8Array, limitBytes = frameLimitBytes): unknown {
  if (bytes.byteLength > limitBytes)
    throw frameError("message-too-large", `a frame of ${bytes.byteLength} bytes is larger than the limit of ${limitBytes} bytes`);
  if (bytes.byteLength < headerBytes) throw broken(`it has ${bytes.byteLength} bytes, its header alone takes ${headerBytes}`);
  const frame = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== magic)
    throw broken(`it begins with 0x${view.getUint32(0, true).toString(16)}, not with 0x${magic.toString(16)}`);
  const jsonLength = view.getUint32(4, true);
  if (jsonLength > frame.byteLength - headerBytes)
    throw broken(`its text claims ${jsonLength} bytes, ${frame.byteLength - headerBytes} are left`);
  const envelope = parse(frame.subarray(headerBytes, headerBytes + jsonLength));
  const arrays = readArrays(frame, headerBytes + padded(jsonLength), envelope.table);
  return fromJson(envelope.message, arrays, 0);
}

function toJson(value: unknown, arrays: AnyTypedArray[], depth: number): unknown {
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $n: Object.is(value, -0) ? "-0" : String(value) };
  if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol")
    throw new TypeError(`a ${typeof value} cannot cross a connection`);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    if (arrayName(value) === null) throw new TypeError(`${Object.prototype.toString.call(value)} cannot cross a connection`);
    if (arrays.length >= arrayLimit) throw new TypeError(`a message may hold ${arrayLimit} typed arrays at most`);
    arrays.push(value as AnyTypedArray);
    return { $a: arrays.length - 1 };
  }
  if (depth > depthLimit) throw new TypeError(`a message may be nested ${depthLimit} levels deep at most`);
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? { $u: 1 } : toJson(item, arrays, depth + 1)));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.startsWith("$") ? `$${key}` : key, toJson(item, arrays, depth + 1)]),
  );
}

function fromJson(value: unknown, arrays: readonly AnyTypedArray[], depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > depthLimit) throw broken(`it is nested more than ${depthLimit} levels deep`);
  if (Array.isArray(value)) return value.map((item) => fromJson(item, arrays, depth + 1));
  const entries = Object.entries(value);
  const first = entries.length === 1 ? entries[0] : undefined;
  if (first !== undefined && first[0].startsWith("$") && !first[0].startsWith("$$")) return special(first[0], first[1], arrays);
  return Object.fromEntries(entries.map(([key, item]) => [unescape(key), fromJson(item, arrays, depth + 1)]));
}

function special(key: string, value: unknown, arrays: readonly AnyTypedArray[]): unknown {
  if (key === "$a") {
    const array = typeof value === "number" ? arrays[value] : undefined;
    if (array === undefined) throw broken(`it names array ${JSON.stringify(value)} of ${arrays.length}`);
    return array;
  }
  if (key === "$n" && typeof value === "string" && Object.hasOwn(oddNumbers, value)) return oddNumbers[value];
  if (key === "$u") return undefined;
  throw broken(`it holds the unknown mark ${key}`);
}

function unescape(key: string): string {
  if (!key.startsWith("$")) return key;
  if (!key.startsWith("$$")) throw broken(`it holds the unknown mark ${key.slice(0, 20)}`);
  return key.slice(1);
}

function parse(bytes: Uint8Array): { table: unknown[]; message: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw broken("its text is not JSON in UTF-8");
  }
  if (typeof value !== "object" || value === null || !("a" in value) || !("m" in value) || !Array.isArray(value.a))
    throw broken("its text is not an envelope of arrays and message");
  return { table: value.a, message: value.m };
}

function readArrays(frame: Uint8Array, start: number, table: readonly unknown[]): AnyTypedArray[] {
  if (table.length > arrayLimit) throw broken(`it claims ${table.length} arrays, ${arrayLimit} are allowed`);
  let at = start;
  return table.map((entry) => {
    const [name, length]: unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof name !== "string" || !Object.hasOwn(arrayConstructors, name)) throw broken("it claims an array of an unknown kind");
    if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0)
      throw broken("it claims an array of an impossible length");
    const constructor = arrayConstructors[name as ArrayName];
    const end = at + length * constructor.BYTES_PER_ELEMENT;
    if (end > frame.byteLength) throw broken(`it claims an array that ends at byte ${end} of ${frame.byteLength}`);
    const array = new constructor(frame.buffer as ArrayBuffer, frame.byteOffset + at, length);
    at = padded(end);
    return array;
  });
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function broken(why: string): RpcError {
  return frameError("broken-frame", `this is not a message of ours: ${why}`);
}

function frameError(code: string, message: string): RpcError {
  return new RpcError({ code, message, kind: "protocol" });
}
