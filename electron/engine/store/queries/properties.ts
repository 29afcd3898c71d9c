/**
 * @file Small facts about the workspace itself: its name, the encoder in use and the one before it.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readOne, write } from "../statements.ts";

export type PropertyName = "name" | "encoder" | "previousEncoder" | "decodeVersion" | "keep-rule" | "kind" | "watch";

export function readProperty(store: ReadStore, name: PropertyName): string | null {
  return readOne<{ value: string }>(store, "SELECT value FROM properties WHERE name = ?", name)?.value ?? null;
}

export function writeProperty(store: WriteStore, name: PropertyName, value: string): void {
  write(store, "INSERT INTO properties (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}

export function deleteProperty(store: WriteStore, name: PropertyName): void {
  write(store, "DELETE FROM properties WHERE name = ?", name);
}
