/**
 * @file Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), as much of it as ONNX files use: a reader over bytes that
 * copies nothing and trusts nothing, and a writer. Lengths that reach beyond their message, numbers that are too long and unknown wire
 * types are errors that name the place.
 */
import { UserError } from "../base/errors.ts";

export type WireType = 0 | 1 | 2 | 5;

/** Throws UserError `onnx-damaged`. */
export function damaged(what: string, cause?: unknown): never {
  throw new UserError("onnx-damaged", `This is not a whole ONNX file: ${what}`, { cause });
}

/** Reads one message. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #tagAt = 0;
  /** Of the field whose tag was read last. */
  field = 0;
  wireType: WireType = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the next tag into `field` and `wireType`; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    this.#tagAt = this.#at;
    const tag = this.number();
    const wireType = tag & 7;
    this.field = Math.floor(tag / 8);
    if (this.field === 0) damaged(`a field without a number at byte ${this.#at}`);
    if (wireType !== 0 && wireType !== 1 && wireType !== 2 && wireType !== 5)
      damaged(`wire type ${wireType} of field ${this.field} at byte ${this.#at}; expected 0, 1, 2 or 5`);
    this.wireType = wireType;
    return true;
  }

  /** A varint as 64 bits, signed. */
  int64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    return damaged(`a number of more than ten bytes before byte ${this.#at}`);
  }

  /** A varint that fits 53 bits and is not negative. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count++, scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : damaged(`a number over 2^53 before byte ${this.#at}`);
    }
    return damaged(`a number over 2^53 before byte ${this.#at}`);
  }

  /** A varint as 32 bits, signed: written as 64 where it is negative. */
  int32(): number {
    return Number(BigInt.asIntN(32, this.int64()));
  }

  float(): number {
    this.#need(4);
    const value = this.#view.getFloat32(this.#at, true);
    this.#at += 4;
    return value;
  }

  double(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** The bytes of a field of wire type 2: a view, not a copy. */
  bytes(): Uint8Array {
    if (this.wireType !== 2) damaged(`field ${this.field} at byte ${this.#at} has wire type ${this.wireType}; expected bytes`);
    const length = this.number();
    this.#need(length);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  /** Runs `take` for each element of a repeated number, packed or not. */
  repeated(take: (from: WireReader) => void): void {
    if (this.wireType !== 2) {
      take(this);
      return;
    }
    const packed = new WireReader(this.bytes());
    while (!packed.#isAtEnd) take(packed);
  }

  /** Passes over the field whose tag was read, and gives its bytes, tag included. */
  skip(): Uint8Array {
    const { wireType } = this;
    if (wireType === 0) this.int64();
    else if (wireType === 1) this.#skipBytes(8);
    else if (wireType === 5) this.#skipBytes(4);
    else this.bytes();
    return this.#bytes.subarray(this.#tagAt, this.#at);
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    return byte === undefined ? damaged(`it ends inside a number at byte ${this.#bytes.length}`) : byte;
  }

  #skipBytes(count: number): void {
    this.#need(count);
    this.#at += count;
  }

  #need(count: number): void {
    const left = this.#bytes.length - this.#at;
    if (count > left) damaged(`field ${this.field} wants ${count} bytes where its message has ${left} left`);
  }
}

/** Writes one message. Large byte arrays are kept as they are until `finish` joins the parts. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #buffer = new Uint8Array(64);
  #length = 0;
  #total = 0;

  tag(field: number, wireType: WireType): void {
    this.number(field * 8 + wireType);
  }

  /** A varint, 0 to 2^53. */
  number(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#length++] = rest;
  }

  int64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 128n) {
      this.#buffer[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  float(value: number): void {
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    new DataView(this.#buffer.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  raw(bytes: Uint8Array): void {
    this.#flush();
    this.#parts.push(bytes);
    this.#total += bytes.length;
  }

  // Whole fields; `undefined` and what proto3 takes for absent write nothing unless asked to.
  bytesField(field: number, bytes: Uint8Array): void {
    this.tag(field, 2);
    this.number(bytes.length);
    this.raw(bytes);
  }

  textField(field: number, text: string): void {
    if (text !== "") this.bytesField(field, encoder.encode(text));
  }

  int64Field(field: number, value: bigint): void {
    if (value === 0n) return;
    this.tag(field, 0);
    this.int64(value);
  }

  /** A message made by `write`; empty ones are written too. */
  messageField(field: number, write: (into: WireWriter) => void): void {
    const inner = new WireWriter();
    write(inner);
    this.bytesField(field, inner.finish());
  }

  /** A repeated number, packed. */
  packedField(field: number, count: number, write: (into: WireWriter, index: number) => void): void {
    if (count === 0) return;
    this.messageField(field, (inner) => {
      for (let index = 0; index < count; index++) write(inner, index);
    });
  }

  finish(): Uint8Array {
    this.#flush();
    if (this.#parts.length === 1) return this.#parts[0] as Uint8Array;
    const whole = new Uint8Array(this.#total);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#parts.push(this.#buffer.slice(0, this.#length));
    this.#total += this.#length;
    this.#length = 0;
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
