/**
 * @file The checks of every kernel's TypeScript twin. The native side makes the same checks with the same codes and words (src/args.h), so
 * that a caller sees one behaviour: a TypeError or RangeError with a `code`, whose message names the kernel, the argument, the value seen and
 * the value expected.
 */

export type KernelErrorCode = "wrong-type" | "wrong-length" | "out-of-range" | "not-finite" | "bad-row";

/** A wrong argument. TypeError for "wrong-type", RangeError for the rest. */
export function kernelError(code: KernelErrorCode, message: string): Error & { readonly code: KernelErrorCode } {
  return Object.assign(code === "wrong-type" ? new TypeError(message) : new RangeError(message), { code });
}

/** True for an error that a kernel threw over its arguments. */
export function isKernelError(thrown: unknown): thrown is Error & { readonly code: KernelErrorCode } {
  return (
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" && (codes as readonly string[]).includes(thrown.code)
  );
}

/** Largest number of rows, and of dimensions, that a kernel takes. */
export const maxCount = 0x7fffffff;
export const maxDimensions = 1 << 16;

/** Longest side of a picture that a kernel takes. */
export const maxSide = 1 << 17;

const codes = ["wrong-type", "wrong-length", "out-of-range", "not-finite", "bad-row"] as const satisfies readonly KernelErrorCode[];

interface ArrayKinds {
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  Int32Array: Int32Array;
  Uint32Array: Uint32Array;
  Uint8Array: Uint8Array;
}
export type ArrayKindName = keyof ArrayKinds;

/** Checks the arguments of one call of one kernel. */
export class ArgumentCheck {
  readonly #kernel: string;
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(kernel: string, given: object) {
    if (typeof given !== "object" || given === null) throw kernelError("wrong-type", `${kernel}: expected one object of arguments`);
    this.#kernel = kernel;
    this.#given = given as Readonly<Record<string, unknown>>;
  }

  /** A finite number in [low, high]. */
  number(name: string, low: number, high: number): number {
    const value = this.#given[name];
    if (typeof value !== "number") throw kernelError("wrong-type", `${this.#path(name)} is not a number`);
    if (!Number.isFinite(value)) throw kernelError("not-finite", `${this.#path(name)} is ${value}; expected a finite number`);
    if (value < low || value > high) throw kernelError("out-of-range", `${this.#path(name)} is ${value}; expected ${low} to ${high}`);
    return value;
  }

  /** An integer in [low, high]. */
  integer(name: string, low: number, high: number): number {
    const value = this.number(name, low, high);
    if (!Number.isInteger(value)) throw kernelError("out-of-range", `${this.#path(name)} is ${value}; expected an integer`);
    return value;
  }

  /** One of a few integers. */
  oneOf<N extends number>(name: string, allowed: readonly N[]): N {
    const value = this.number(name, -1e15, 1e15);
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw kernelError("out-of-range", `${this.#path(name)} is ${value}; expected ${allowed.join(" or ")}`);
    return found;
  }

  /** A typed array of exactly this kind and, where given, length. */
  array<K extends ArrayKindName>(name: string, kind: K, length?: number): ArrayKinds[K] {
    const value = this.#given[name];
    if (Object.prototype.toString.call(value) !== `[object ${kind}]`)
      throw kernelError("wrong-type", `${this.#path(name)} is not a ${kind}`);
    const array = value as ArrayKinds[K];
    if (length !== undefined && array.length !== length)
      throw kernelError("wrong-length", `${this.#path(name)} has ${array.length} elements; expected ${length}`);
    return array;
  }

  /** A typed array of exactly this kind and of this length or longer (a buffer that is used again). */
  arrayOfAtLeast<K extends ArrayKindName>(name: string, kind: K, length: number): ArrayKinds[K] {
    const array = this.array(name, kind);
    if (array.length < length)
      throw kernelError("wrong-length", `${this.#path(name)} has ${array.length} elements; expected at least ${length}`);
    return array;
  }

  /** An array whose every element is finite. */
  finite(name: string, length?: number): Float32Array {
    const array = this.array(name, "Float32Array", length);
    for (let index = 0; index < array.length; index++)
      if (!Number.isFinite(array[index]))
        throw kernelError("not-finite", `${this.#path(name)}[${index}] is ${array[index]}; expected a finite number`);
    return array;
  }

  #path(name: string): string {
    return `${this.#kernel}: ${name}`;
  }
}
