import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("contents tell their series by the facts they have, also those that came later and those that cannot be read", () => {
  const sqlite = migratedTo(14);
  const add = (id: number, metadata: string | null, format = "dicom"): unknown =>
    sqlite
      .prepare("INSERT INTO contents (id, hash, size_bytes, decode_version, format, metadata) VALUES (?, ?, 1, 1, ?, ?)")
      .run(id, Buffer.of(id), metadata === null ? null : format, metadata);
  const told = JSON.stringify({ dicom: { seriesInstanceUid: "1.2.3", modality: "CT" } });
  add(1, told);
  add(2, "{}", "jpeg");
  migrate(sqlite, "memory", 15);
  add(3, told);
  add(4, null);
  expect(sqlite.prepare("SELECT id, series_uid FROM contents ORDER BY id").raw().all()).toEqual([
    [1, "1.2.3"],
    [2, null],
    [3, "1.2.3"],
    [4, null],
  ]);
  const plan = (sql: string): string => JSON.stringify(sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
  expect(plan("SELECT id, series_uid FROM contents WHERE series_uid IS NOT NULL")).toContain("contents_series");
  expect(plan("SELECT COUNT(*) FROM contents WHERE format IN ('dicom', 'nifti')")).toContain("COVERING INDEX contents_format");
  expect(plan("SELECT COUNT(*) FROM contents WHERE format IS NOT NULL")).toContain("COVERING INDEX contents_format");
});
