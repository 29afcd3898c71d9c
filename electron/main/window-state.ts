/** @file Where the window was, remembered between starts. A place that is no longer on any display is forgotten. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

import type { Rectangle } from "electron";

export interface WindowState {
  readonly bounds: Rectangle | null;
  readonly maximized: boolean;
}

const fallback: WindowState = { bounds: null, maximized: false };
const smallest = { width: 480, height: 360 };
/** So much of the window's upper edge must be on a display for a person to get hold of it. */
const grip = { width: 100, height: 32 };

/** `workAreas`: the usable part of each display. */
export function readWindowState(file: string, workAreas: readonly Rectangle[]): WindowState {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return fallback;
  }
  if (typeof value !== "object" || value === null || !("bounds" in value)) return fallback;
  const bounds = readRectangle(value.bounds);
  if (bounds === null || bounds.width < smallest.width || bounds.height < smallest.height) return fallback;
  const maximized = "maximized" in value && value.maximized === true;
  return { bounds: workAreas.some((area) => canBeGrabbed(bounds, area)) ? bounds : null, maximized };
}

/** Writes beside and renames, so that a crash leaves the old or the new; not remembering is no reason to fail. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  } catch {
    // The next start takes the default place.
  }
}

function readRectangle(value: unknown): Rectangle | null {
  if (typeof value !== "object" || value === null) return null;
  const { x, y, width, height } = value as Record<string, unknown>;
  if (![x, y, width, height].every((side) => Number.isSafeInteger(side) && Math.abs(side as number) < 100_000)) return null;
  return { x, y, width, height } as Rectangle;
}

function canBeGrabbed(bounds: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const down = Math.min(bounds.y + grip.height, area.y + area.height) - Math.max(bounds.y, area.y);
  return across >= grip.width && down >= grip.height;
}
