/** @file The ends of a stretch of numbers or days, as fields show them and as places on the scale. */
import type { QueryTerm } from "#protocol/query.ts";
import type { FacetKey } from "#protocol/view-contract.ts";

export interface RangeEnds {
  readonly fromText: string;
  readonly toText: string;
  readonly from: number;
  readonly to: number;
}

/** Null where the term is no single stretch. */
export function endsOfRange(key: FacetKey, term: QueryTerm | null): RangeEnds | null {
  const [only, more] = term?.values ?? [];
  if (only === undefined || more !== undefined || only.quoted || term?.negated === true) return null;
  const [first = "", last = first] = only.text.split("..");
  if (key === "date") {
    const [from, to] = [first === "" ? null : dayRange(first), last === "" ? null : dayRange(last)];
    if ((first !== "" && from === null) || (last !== "" && to === null)) return null;
    return {
      fromText: from === null ? "" : dateInputText(from[0]),
      toText: to === null ? "" : dateInputText(to[1]),
      from: from?.[0] ?? -Infinity,
      to: to?.[1] ?? Infinity,
    };
  }
  const [from, to] = [first === "" ? -Infinity : Number(first), last === "" ? Infinity : Number(last)];
  return Number.isNaN(from) || Number.isNaN(to) ? null : { fromText: first, toText: last, from, to };
}

/** "2024-05-17", in the time of this machine. */
export function dateInputText(time: number): string {
  const date = new Date(time);
  const parts = [String(date.getFullYear()).padStart(4, "0"), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

/** To three digits, never inside the range. */
export function roundedDown(value: number): string {
  return rounded(value, Math.floor);
}

export function roundedUp(value: number): string {
  return rounded(value, Math.ceil);
}

function rounded(value: number, round: (value: number) => number): string {
  const unit = value >= 100 || Number.isInteger(value) ? 1 : value >= 10 ? 10 : 100;
  return String(round(value * unit) / unit);
}

/** First and last moment of a year, a month or a day. */
function dayRange(text: string): [number, number] | null {
  const match = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/u.exec(text);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map((part: string | undefined) => (part === undefined ? undefined : Number(part)));
  if (year === undefined) return null;
  const start = new Date(year, (month ?? 1) - 1, day ?? 1);
  const end = month === undefined ? new Date(year + 1, 0) : day === undefined ? new Date(year, month) : new Date(year, month - 1, day + 1);
  return [start.getTime(), end.getTime() - 1];
}
