/** @file Small facts about projects of labels: marks of pictures as numbers, free names, whether positions still mean the same, which project was in use. */
import { noLabel, type LabelProject } from "#protocol/label-model.ts";
import type { ProjectId } from "#protocol/model.ts";

import type { LabelFacts } from "./label-facts.ts";

/** One number for what a picture's mark shows, so that a cell is drawn anew only where that changed. */
export const mark = {
  none: -1,
  of({ given, told }: Pick<LabelFacts, "given" | "told">, index: number): number {
    if (given[index] !== noLabel.class) return 2 * given[index];
    return told[index] === noLabel.class || told[index] === undefined ? -1 : 2 * told[index] + 1;
  },
  placeOf: (value: number): number => value >> 1,
  isPrediction: (value: number): boolean => value >= 0 && (value & 1) === 1,
} as const;

export function freeName(wanted: string, others: readonly { readonly name: string }[]): string {
  const taken = new Set(others.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.has(`${wanted} (${number})`)) return `${wanted} (${number})`;
}

/** Whether every class of before has the position that it had. */
export function keepsPlaces(before: LabelProject | null, after: LabelProject | null): boolean {
  if (before === null || after === null) return false;
  return before.id === after.id && before.classes.every(({ id }, place) => after.classes[place]?.id === id);
}

const key = "likeness.projects";

/** The project that was in use in this collection when it was last left. */
export function rememberedProject(workspace: string): ProjectId | null {
  return (readAll()[workspace] as ProjectId | undefined) ?? null;
}

export function rememberProject(workspace: string, project: ProjectId): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...readAll(), [workspace]: project }));
  } catch {
    // What cannot be kept is only for this visit.
  }
}

function readAll(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
