/**
 * @file Checks of values that came from outside, to put together: each says what is wrong in words, or null.
 */
import { isRecord } from "./rpc-messages.ts";

/** What is wrong with the value, in words, or null. `T` is what a value without complaint has become. */
export type Check<T> = { (value: unknown): string | null; readonly checks?: T };
export type OptionalCheck<T> = Check<T> & { readonly optional: true };
export type Fields<T> = {
  [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? OptionalCheck<Exclude<T[K], undefined>> : Check<T[K]>;
};

export function record<T>(fields: Fields<T>): Check<T> {
  const known = Object.entries(fields) as [string, Check<unknown> | OptionalCheck<unknown>][];
  return (value) => {
    if (!isRecord(value)) return `the parameters must be an object, not ${show(value)}`;
    for (const key of Object.keys(value)) if (!Object.hasOwn(fields, key)) return `there is no parameter ${show(key)}`;
    for (const [key, check] of known) {
      const item = Object.hasOwn(value, key) ? value[key] : undefined;
      if (item === undefined && "optional" in check) continue;
      const wrong = check(item);
      if (wrong !== null) return `"${key}" must be ${wrong}, not ${show(item)}`;
    }
    return null;
  };
}

export function optional<T>(check: Check<T>): OptionalCheck<T> {
  return Object.assign((value: unknown) => check(value), { optional: true as const });
}

export function text(limit: number): Check<string> {
  return (value) =>
    typeof value === "string" && value.length <= limit && !value.includes("\0")
      ? null
      : `a text of at most ${limit} characters without NUL`;
}

export function integer<T extends number>(least: number, most: number): Check<T> {
  return (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most
      ? null
      : `a whole number from ${least} to ${most}`;
}

export function number(least: number, most: number): Check<number> {
  return (value) => (typeof value === "number" && value >= least && value <= most ? null : `a number from ${least} to ${most}`);
}

export function real(least: number, most: number): Check<number> {
  return (value) => (typeof value === "number" && value >= least && value <= most ? null : `a number from ${least} to ${most}`);
}

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value) => {
    const wrong = value === null ? null : check(value);
    return wrong === null ? null : `${wrong}, or null`;
  };
}

export function flag(value: unknown): string | null {
  return typeof value === "boolean" ? null : "true or false";
}

export function bytes(value: unknown): string | null {
  return value instanceof Uint8Array ? null : "bytes";
}

export function wholeNumbers(value: unknown): string | null {
  return value instanceof Int32Array ? null : "32-bit whole numbers";
}

export function positive(value: unknown): string | null {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? null : "a number above 0";
}

export function finite(value: unknown): string | null {
  return typeof value === "number" && Number.isFinite(value) ? null : "a number";
}

export function oneOf<const T extends string>(words: readonly T[]): Check<T> {
  return (value) => (words.some((known) => known === value) ? null : `one of ${words.join(", ")}`);
}

export function list<T>(item: Check<T>, limit: number): Check<T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > limit) return `a list of at most ${limit}`;
    for (const entry of value as unknown[]) {
      const wrong = item(entry);
      if (wrong !== null) return `a list in which each is ${wrong}`;
    }
    return null;
  };
}

/** A value as an error message may show it: short, and never the contents of something large. */
function show(value: unknown): string {
  if (value === undefined) return "missing";
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? `a list of ${value.length}` : "an object";
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}
