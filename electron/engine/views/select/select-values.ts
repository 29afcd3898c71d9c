/**
 * @file What the values of a selection mean: whole numbers, words of a list, texts, stretches of numbers and of days.
 */
import type { QueryValue } from "#protocol/query.ts";

import { UserError } from "../../base/errors.ts";

/** Both ends included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export function isAny(values: readonly QueryValue[]): boolean {
  return values.some(({ text, quoted }) => text === "*" && !quoted);
}

export function wholeNumber(key: string, { text }: QueryValue): number {
  if (!/^\d{1,9}$/.test(text)) throw new UserError("query", `"${key}:${text}": expected a whole number, such as ${key}:5.`);
  return Number(text);
}

export function oneOf<T extends string>(key: string, { text }: QueryValue, known: readonly T[]): T {
  const found = known.find((each) => each === text.toLowerCase());
  if (found === undefined) throw new UserError("query", `"${key}:${text}": expected one of ${known.join(", ")}, or *.`);
  return found;
}

/** Whether a text is one of the values, in any case; a * outside quotes stands for any characters. */
export function textTest(values: readonly QueryValue[]): (text: string) => boolean {
  const whole = new Set(values.filter(({ text, quoted }) => quoted || !text.includes("*")).map(({ text }) => text.toLowerCase()));
  const patterns = values
    .filter(({ text, quoted }) => !quoted && text.includes("*"))
    .map(({ text }) => new RegExp(`^${text.toLowerCase().split("*").map(escaped).join(".*")}$`, "s"));
  return (text) => {
    const lower = text.toLowerCase();
    return whole.has(lower) || (text !== "" && patterns.some((pattern) => pattern.test(lower)));
  };
}

/** "3", "1.5..12", "..2" or "12..". */
export function numberStretches(key: string, values: readonly QueryValue[]): readonly Stretch[] {
  const wrong = (text: string): UserError =>
    new UserError("query", `"${key}:${text}": expected a number or a stretch of them: 2, 2..12, 12.. or ..12.`);
  return values.map(({ text }) => {
    const [from, to] = endsOf(text);
    const read = (end: string, open: number): number => {
      if (end === "") return open;
      if (!/^\d{1,12}(?:\.\d{1,9})?$/.test(end)) throw wrong(text);
      return Number(end);
    };
    if (from === "" && to === "") throw wrong(text);
    return { from: read(from, -Infinity), to: read(to, Infinity) };
  });
}

/** A year, a month or a day ("2024", "2024-05", "2024-05-17") or a stretch of them; in the time of this machine, as dates are shown. Milliseconds since 1970. */
export function dayStretches(key: string, values: readonly QueryValue[]): readonly Stretch[] {
  return values.map(({ text }) => {
    const [from, to] = endsOf(text);
    const [first, last] = [from, to].map((end) => (end === "" ? null : daysOf(end))) as [Stretch | null, Stretch | null];
    if ((first === null && from !== "") || (last === null && to !== "") || (from === "" && to === ""))
      throw new UserError(
        "query",
        `"${key}:${text}": expected a year, a month or a day, or a stretch of them: 2024, 2024-05, 2024-05-17, 2024-05..2025 or ..2023.`,
      );
    return { from: first?.from ?? -Infinity, to: last?.to ?? Infinity };
  });
}

function endsOf(text: string): [string, string] {
  const at = text.indexOf("..");
  return at < 0 ? [text, text] : [text.slice(0, at), text.slice(at + 2)];
}

function daysOf(text: string): Stretch | null {
  const match = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map((part: string | undefined) => (part === undefined ? null : Number(part))) as [
    number,
    number | null,
    number | null,
  ];
  const start = dateOf(year, (month ?? 1) - 1, day ?? 1);
  if (start.getMonth() !== (month ?? 1) - 1 || start.getDate() !== (day ?? 1)) return null;
  const end = month === null ? dateOf(year + 1, 0, 1) : day === null ? dateOf(year, month, 1) : dateOf(year, month - 1, day + 1);
  return { from: start.getTime(), to: end.getTime() - 1 };
}

/** Midnight here. `new Date(year, ...)` would take years below 100 for those of the last century. */
function dateOf(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setFullYear(year, month, day);
  date.setHours(0, 0, 0, 0);
  return date;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
