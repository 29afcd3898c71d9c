import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";
import { migratedTo } from "../../../helpers/migrated.ts";

test("contents that were there have no quality; one is from 1 to 100", () => {
  const sqlite = migratedTo(10);
  sqlite.exec("INSERT INTO contents (id, hash, size_bytes, decode_version) VALUES (1, x'01', 5, 1)");
  migrate(sqlite, "memory", 11);
  expect(sqlite.prepare("SELECT jpeg_quality FROM contents").pluck().get()).toBeNull();
  sqlite.exec("UPDATE contents SET jpeg_quality = 85");
  for (const wrong of [0, 101]) expect(() => sqlite.exec(`UPDATE contents SET jpeg_quality = ${wrong}`)).toThrow(/CHECK/);
});
