/** @file A brushed range of 0..100 as values: what a drag makes of it, and what keys on its ends do. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

const grip = 3;

/** A drag that starts on an end moves that end; any other draws a new range. */
export function brushedRange(range: Range, start: number, now: number): Range {
  if (Math.abs(start - range.from) < grip && start < range.to - grip) return ordered(now, range.to);
  if (Math.abs(start - range.to) < grip && start > range.from + grip) return ordered(range.from, now);
  return ordered(start, now);
}

/** Null when the key is not for a slider. */
export function movedEnd(range: Range, end: keyof Range, event: { readonly key: string; readonly shiftKey: boolean }): Range | null {
  const step = event.shiftKey ? 10 : 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -step,
    ArrowDown: -step,
    ArrowRight: step,
    ArrowUp: step,
    PageDown: -10,
    PageUp: 10,
    Home: -100,
    End: 100,
  };
  const by = steps[event.key];
  if (by === undefined) return null;
  if (end === "from") return { from: Math.min(range.to, Math.max(0, range.from + by)), to: range.to };
  return { from: range.from, to: Math.max(range.from, Math.min(100, range.to + by)) };
}

function ordered(a: number, b: number): Range {
  return { from: Math.min(a, b), to: Math.max(a, b) };
}
