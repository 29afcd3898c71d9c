/** @file Numbers, sizes, dates and names as people read them. Locale of the browser; long names are cut in the middle. */

const wholeNumber = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const exactlyOneDigit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const monthAndYear = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });

export function count(value: number): string {
  return wholeNumber.format(value);
}

/** "1 picture", "12,400 pictures"; `many` only for words that do not just take an s. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${count(Math.round(bytes / 1000))} kB`;
  if (bytes < 999.95e6) return `${oneDigit.format(bytes / 1e6)} MB`;
  return `${oneDigit.format(bytes / 1e9)} GB`;
}

export function dimensionsText(width: number, height: number): string {
  return `${count(width)} × ${count(height)}`;
}

export function dateText(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? dateAndTime.format(milliseconds) : "unknown";
}

export function dayText(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? dateOnly.format(milliseconds) : "unknown";
}

export function monthText(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? monthAndYear.format(milliseconds) : "Without a date";
}

/** "99.2 %", never rounded up to 100 unless it is 100. */
export function percentText(value: number): string {
  return value < 100 ? `${exactlyOneDigit.format(Math.min(99.9, value))} %` : "100 %";
}

/** How odd a percentile is, as a sentence without its full stop. */
export function oddText(percentile: number): string {
  return percentile >= 100 ? "The oddest picture of this collection" : `Odder than ${percentText(percentile)} of this collection`;
}

export function similarityText(similarity: number): string {
  return similarity.toFixed(2);
}

/** Cuts the middle out of `text` so that at most `length` characters are left; the end (number, extension) stays readable. */
export function cutMiddle(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const tail = Math.max(1, Math.floor((length - 1) * 0.4));
  const head = Math.max(1, length - 1 - tail);
  return `${characters.slice(0, head).join("")}…${characters.slice(-tail).join("")}`;
}

/** The last part of a path, "/" or "\" (a lone separator stays). */
export function lastPart(path: string): string {
  return path.split(/[/\\]/u).filter(Boolean).at(-1) ?? path;
}
