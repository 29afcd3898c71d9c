/**
 * @file Search without a text encoder: images whose name, folder or facts contain every word, in any case.
 */
import type { Collection } from "../collection.ts";
import { readAll } from "../store/statements.ts";

export function findByText(collection: Collection, text: string, limit: number): { ids: Int32Array; total: number } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { ids: new Int32Array(0), total: 0 };
  const { columns } = collection.catalogue();
  const contains = createWordTest(collection);
  const found: number[] = [];
  let total = 0;
  for (let index = 0; index < columns.count; index++) {
    if (!words.every((word) => contains(index, word))) continue;
    total++;
    if (found.length < limit) found.push(columns.ids[index] as number);
  }
  return { ids: Int32Array.from(found), total };
}

type WordTest = (position: number, word: string) => boolean;

// By the contents of a catalogue: one that only got other flags has the very same words.
const kept = new WeakMap<Int32Array, WordTest>();

/** Says whether the image at a position of the catalogue contains a word (in small letters). */
export function createWordTest(collection: Collection): WordTest {
  const { contentIds } = collection.catalogue();
  const test = kept.get(contentIds) ?? readWords(collection);
  kept.set(contentIds, test);
  return test;
}

function readWords(collection: Collection): WordTest {
  const { columns, contentIds } = collection.catalogue();
  const names = columns.names.toLowerCase().split("\n");
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
  return (position, word) =>
    (names[position] as string).includes(word) ||
    (folders[columns.folderIndexes[position] as number] as string).includes(word) ||
    (facts.get(contentIds[position] as number) ?? "").includes(word);
}

/** Numbers are left out: "50" should find "IMG_50", not every ISO 50. */
function factText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? Object.values(value).map(factText).join(" ") : "";
}
