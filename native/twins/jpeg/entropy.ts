/**
 * @file Huffman decoding of a baseline scan (ITU-T T.81 annex F.2), one code at a time by the ranges of codes of each length; the native side
 * looks them up. Damage ends it the same way on both sides.
 */
import type { Codes } from "./header.ts";

/** What advances past the last coefficient: the end of a block. */
export const toTheEnd = 64;

export interface Lookup {
  /** By length of code: the smallest, the largest (-1 where there is none), and what to add to find its symbol. */
  readonly smallest: Int32Array;
  readonly largest: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
  readonly isDc: boolean;
}

/** Null where the codes are none. */
export function makeLookup({ counts, symbols }: Codes, isDc: boolean): Lookup | null {
  const [smallest, largest, offset] = [new Int32Array(17), new Int32Array(17).fill(-1), new Int32Array(17)];
  for (let length = 1, code = 0, index = 0; length <= 16; length++, code <<= 1) {
    const count = counts[length] as number;
    smallest[length] = code;
    offset[length] = index - code;
    if (count > 0) largest[length] = code + count - 1;
    code += count;
    index += count;
    if (code > 1 << length) return null;
  }
  return { smallest, largest, offset, symbols, isDc };
}

/** Bits of one segment, from which the stuffing has been taken. */
export class Reader {
  readonly #data: Uint8Array;
  #at = 0;

  /** @param data one segment */
  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Behind the end there are only zeros. */
  bit(): number {
    const byte = this.#data[this.#at >> 3] ?? 0;
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }

  /** Bytes touched, the one that is begun included. */
  get reached(): number {
    return (this.#at + 7) >> 3;
  }
  get length(): number {
    return this.#data.length;
  }
}

/** One symbol: its value and how far it moves on. Null: there is no such code. */
export function readSymbol(reader: Reader, lookup: Lookup): { readonly value: number; readonly advance: number } | null {
  let code = 0;
  for (let length = 1; length <= 16; length++) {
    code = (code << 1) | reader.bit();
    if (code > (lookup.largest[length] as number) || code < (lookup.smallest[length] as number)) continue;
    const symbol = lookup.symbols[code + (lookup.offset[length] as number)] as number;
    const advance = advanceOf(symbol, lookup.isDc);
    if (advance === 0) return null;
    const size = symbol & 15;
    let bits = 0;
    for (let count = 0; count < size; count++) bits = (bits << 1) | reader.bit();
    // T.81 F.2.2.1: a number whose first bit is 0 is negative.
    return { value: size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits, advance };
  }
  return null;
}

/** How an AC symbol moves on, or 0 where baseline knows none such. DC symbols are sizes alone. */
function advanceOf(symbol: number, isDc: boolean): number {
  const run = symbol >> 4;
  const size = symbol & 15;
  if (isDc) return symbol <= 11 ? 1 : 0;
  if (size === 0) return run === 0 ? toTheEnd : run === 15 ? 16 : 0;
  return size <= 10 ? run + 1 : 0;
}

/** The scan without its stuffing, parted at restart markers. Null unless it ends in EOI. */
export function unstuff(bytes: Uint8Array, scan: number): Uint8Array[] | null {
  const segments: Uint8Array[] = [];
  let data: number[] = [];
  for (let at = scan; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte !== 0xff) {
      data.push(byte);
      continue;
    }
    const marker = bytes[++at];
    if (marker === 0) {
      data.push(0xff);
      continue;
    }
    if (marker !== 0xd9 && marker !== 0xd0 + (segments.length & 7)) return null;
    segments.push(Uint8Array.from(data));
    data = [];
    if (marker === 0xd9) return segments;
  }
  return null;
}
