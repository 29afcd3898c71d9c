import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { comparedContents, mostCompared } from "#engine/stages/comparison/comparison-file.ts";
import { openForWriting } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { inTransaction } from "#engine/store/statements.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

test("of a large collection a sample is compared: the same each time, of present contents only, from all over", () => {
  const { store, close } = openForWriting(join(temporaryFolder(), "workspace"));
  onTestFinished(close);
  const add = (row: number, state: "image" | "missing"): number => {
    const hash = row.toString(16).padStart(32, "0");
    const contentId = saveContent(store, { hash, sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
    saveFile(store, { path: Buffer.from(`/pictures/${row}.jpg`), sizeBytes: 1, modifiedUs: 1, isLink: false, state, contentId, error: null, scanId: 1, outcome: "added" }); // prettier-ignore
    return contentId;
  };
  const few = inTransaction(store, () => Array.from({ length: 40 }, (_, row) => add(row, row === 7 ? "missing" : "image")));
  expect([...comparedContents(store)]).toEqual(few.filter((_, row) => row !== 7));
  const many = inTransaction(store, () => Array.from({ length: 2 * mostCompared }, (_, row) => add(100 + row, "image")));
  const sampled = comparedContents(store);
  expect(sampled).toHaveLength(mostCompared);
  expect(new Set(sampled).size).toBe(mostCompared);
  expect(sampled.includes(few[7])).toBe(false);
  expect(comparedContents(store)).toEqual(sampled);
  const late = many.slice(mostCompared);
  const share = sampled.filter((id) => late.includes(id)).length / mostCompared;
  expect(share).toBeGreaterThan(0.45);
  expect(share).toBeLessThan(0.55);
});
