/**
 * @file Numbers and names as the report shows them.
 */
import { relations, type IssueKind, type Relation } from "#protocol/model.ts";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** "1,204 images". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

export function number(value: number): string {
  return whole.format(value);
}

/** The unit stays with its number. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)}\u00a0GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)}\u00a0MB`;
  return `${Math.max(bytes > 0 ? 1 : 0, Math.round(bytes / 1e3))}\u00a0kB`;
}

export function share(part: number, total: number): string {
  const percent = total === 0 ? 0 : (100 * part) / total;
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** UTC. */
export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export const relationWords: Readonly<Record<Relation, string>> = {
  "identical-file": "same file",
  "identical-pixels": "same pixels",
  "same-picture": "same picture",
  "same-scene": "same scene",
};

/** In the order of what they say. */
export const relationOrder: readonly Relation[] = relations;

export const issueWords: Readonly<Record<IssueKind, string>> = {
  blur: "Blurred",
  dark: "Very dark",
  bright: "Very bright",
  "low-information": "Nearly blank",
  "odd-size": "Unusual size",
  "odd-aspect": "Unusual shape",
  greyscale: "Grey among colour",
  truncated: "Lost its end",
  "wrong-extension": "Name of another format",
  "colour-profile": "Odd colour profile",
  "burned-in-text": "Text in the pixels",
};
