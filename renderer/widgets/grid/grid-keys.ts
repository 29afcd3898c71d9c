/** @file Keys and clicks of a grid as positions and ways to select, without any drawing. */
import type { SelectMode } from "../../state/selection.svelte.ts";
import type { JustifiedLayout } from "./justified-layout.ts";

interface Modifiers {
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

export function selectModeOf(event: Modifiers): SelectMode {
  if (event.shiftKey) return "range";
  return event.ctrlKey || event.metaKey ? "toggle" : "only";
}

/** Where a key leads from `position` (-1: nothing is current yet), or null when the key is not for moving. */
export function keyTarget(options: {
  event: { readonly key: string; readonly altKey: boolean };
  layout: JustifiedLayout;
  position: number;
  pageHeight: number;
}): number | null {
  const { event, layout, position, pageHeight } = options;
  const last = layout.input.order.length - 1;
  if (event.altKey || last < 0) return null;
  const clamp = (target: number): number => Math.min(last, Math.max(0, target));
  const moves: Record<string, () => number> = {
    ArrowLeft: () => clamp(position - 1),
    ArrowRight: () => clamp(position + 1),
    ArrowUp: () => layout.neighbourInColumn(position, -1),
    ArrowDown: () => layout.neighbourInColumn(position, 1),
    PageUp: () => page(layout, position, -pageHeight),
    PageDown: () => page(layout, position, pageHeight),
    Home: () => 0,
    End: () => last,
  };
  const move = moves[event.key];
  if (move === undefined) return null;
  if (position < 0) return event.key === "End" ? last : 0;
  return move();
}

/** The nearest position about `distance` pixels further. */
function page(layout: JustifiedLayout, position: number, distance: number): number {
  const goal = layout.rowTops[layout.rowOf[position]] + distance;
  const direction = distance < 0 ? -1 : 1;
  let at = position;
  for (;;) {
    const next = layout.neighbourInColumn(at, direction);
    if (next === at) return at;
    const top = layout.rowTops[layout.rowOf[next]];
    if (direction > 0 ? top > goal : top < goal) return at === position ? next : at;
    at = next;
  }
}
