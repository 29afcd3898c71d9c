/**
 * @file Search without a text encoder: images whose name, folder or facts contain every word, in any case.
 */
import type { Collection } from "../collection.ts";
import { readAll } from "../store/statements.ts";

export function findByText(collection: Collection, text: string, limit: number): { ids: Int32Array; total: number } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { ids: new Int32Array(0), total: 0 };
  const { columns, contentIds } = collection.catalogue();
  const names = columns.names.split("\n");
  const folders = columns.folders.map((folder) => folder.toLowerCase());
  const facts = new Map<number, string>();
  for (const row of readAll<{ id: number; format: string; metadata: string }>(
    collection.store,
    "SELECT id, format, metadata FROM contents WHERE error_code IS NULL",
  ))
    facts.set(
      row.id,
      `${row.format} ${Object.values(JSON.parse(row.metadata) as Record<string, unknown>)
        .map(factText)
        .join(" ")}`.toLowerCase(),
    );
  const found: number[] = [];
  let total = 0;
  for (let index = 0; index < columns.count; index++) {
    const name = (names[index] as string).toLowerCase();
    const folder = folders[columns.folderIndexes[index] as number] as string;
    const fact = facts.get(contentIds[index] as number) ?? "";
    if (!words.every((word) => name.includes(word) || folder.includes(word) || fact.includes(word))) continue;
    total++;
    if (found.length < limit) found.push(columns.ids[index] as number);
  }
  return { ids: Int32Array.from(found), total };
}

/** Numbers are left out: "50" should find "IMG_50", not every ISO 50. */
function factText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? Object.values(value).map(factText).join(" ") : "";
}
