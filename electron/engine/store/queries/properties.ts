/**
 * @file Small facts about the workspace itself: its name, the encoder in use.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readOne, write } from "../statements.ts";

export type PropertyName = "name" | "encoder" | "decodeVersion";

export function readProperty(store: ReadStore, name: PropertyName): string | null {
  return readOne<{ value: string }>(store, "SELECT value FROM properties WHERE name = ?", name)?.value ?? null;
}

export function writeProperty(store: WriteStore, name: PropertyName, value: string): void {
  write(store, "INSERT INTO properties (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
