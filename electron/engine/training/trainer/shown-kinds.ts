/**
 * @file Which views a plan looks at: those of its method, or, where a part of the network is frozen, the milder ones that are kept of each picture.
 */
import type { ViewKind } from "../augment/presets.ts";
import { isMethodId, methods } from "../methods/table.ts";
import { keptKind } from "./pictures.ts";
import type { RunPlan } from "./run-plan.ts";
import { viewKind } from "./source.ts";

export interface ShownKind {
  readonly kind: ViewKind;
  readonly name: string;
  /** Side relative to that of the run. */
  readonly scale: number;
  /** The view's number, from which its random numbers follow. */
  readonly number: number;
}

/** More than these say nothing new. */
const mostShown = 4;

/** None for the closed form, which looks at the pictures as they are. */
export function shownKinds({
  method,
  settings,
  preset,
  augment,
  keptViews,
}: Pick<RunPlan, "method" | "settings" | "preset" | "augment" | "keptViews">): ShownKind[] {
  if (!isMethodId(method)) return [];
  const groups = methods[method].views(settings);
  if (keptViews > 0 && groups.every(({ scale }) => scale === 1)) {
    const kind = keptKind({ preset, augment });
    return Array.from({ length: Math.min(mostShown, keptViews) }, (_, number) => ({ kind, name: kind.name, scale: 1, number }));
  }
  return groups
    .flatMap(({ variants, scale }) => variants.map((variant) => ({ kind: viewKind(preset, variant, augment), scale })))
    .slice(0, mostShown)
    .map(({ kind, scale }, number) => ({ kind, name: kind.name, scale, number }));
}
